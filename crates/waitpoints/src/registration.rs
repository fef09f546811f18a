//! Whose sleeper a token is: said by its tags, `campaign:<uuid>`, `prospect:<uuid>` and
//! `kind:sleep` or `kind:pause`.
//!
//! A token belongs to one campaign at most. Its tags are kept as they were given; those that are
//! not answered by its campaign are its labels, which have an index of their own.

use domain::{CampaignId, ProspectId, TokenKind};
use uuid::Uuid;

/// The campaign that a token belongs to, and what it is slept on for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Registration {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// The prospect whose task sleeps.
    pub prospect_id: Option<ProspectId>,
    /// What it is slept on for.
    pub kind: TokenKind,
}

/// Tags that contradict each other or do not say what they seem to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadTags {
    /// `campaign:` is not followed by an id.
    #[error("the tag campaign: must be followed by a campaign's id")]
    Campaign,
    /// `prospect:` is not followed by an id, on a campaign's token.
    #[error("the tag prospect: must be followed by a prospect's id")]
    Prospect,
    /// `kind:` is not followed by `sleep` or `pause`, on a campaign's token.
    #[error("the tag kind: must be followed by sleep or pause")]
    Kind,
    /// Two campaigns, two prospects, or two kinds.
    #[error("a token belongs to one campaign, one prospect and one kind")]
    Several,
    /// A tag names another campaign than the one that the token is registered for.
    #[error("a tag names a campaign that the token is not registered for")]
    Foreign,
}

impl Registration {
    /// What tags say. `None` without a tag `campaign:`: then `prospect:` and `kind:` are tags like
    /// any other. The kind is `sleep` unless said otherwise.
    ///
    /// # Errors
    /// When the tags contradict each other.
    pub fn of_tags(tags: &[String]) -> Result<Option<Self>, BadTags> {
        let Some(campaign) = only(tags, "campaign:")? else {
            return Ok(None);
        };
        let campaign_id = Uuid::try_parse(campaign).map_err(|_| BadTags::Campaign)?;
        let prospect = only(tags, "prospect:")?.map(Uuid::try_parse).transpose();
        let kind = match only(tags, "kind:")? {
            None => TokenKind::Sleep,
            Some(word) => kind_of(word).ok_or(BadTags::Kind)?,
        };
        Ok(Some(Self {
            campaign_id: CampaignId(campaign_id),
            prospect_id: prospect.map_err(|_| BadTags::Prospect)?.map(ProspectId),
            kind,
        }))
    }
}

/// The kind that a word stands for.
pub(crate) fn kind_of(word: &str) -> Option<TokenKind> {
    TokenKind::ALL
        .into_iter()
        .find(|kind| kind.as_str() == word)
}

/// The campaign of a tag in the one spelling that the campaign's index answers for.
pub(crate) fn campaign_of_tag(tag: &str) -> Option<CampaignId> {
    let text = tag.strip_prefix("campaign:")?;
    let id = Uuid::try_parse(text).ok()?;
    (id.to_string() == text).then_some(CampaignId(id))
}

/// The tags that the index of labels answers for: all but the campaign's own, and the kind.
///
/// # Errors
/// When a tag names another campaign than the token's: a list of that campaign would miss it.
pub(crate) fn labels<'a>(
    tags: &'a [String],
    registration: Option<&Registration>,
) -> Result<Vec<&'a str>, BadTags> {
    let mut labels = Vec::new();
    for tag in tags {
        match (campaign_of_tag(tag), registration) {
            (Some(named), Some(own)) if named == own.campaign_id => {}
            (Some(_), _) => return Err(BadTags::Foreign),
            (None, Some(_)) if tag.starts_with("kind:") => {}
            (None, _) => labels.push(tag.as_str()),
        }
    }
    Ok(labels)
}

/// What follows `prefix` in the one tag that begins with it, however often it is repeated.
fn only<'a>(tags: &'a [String], prefix: &str) -> Result<Option<&'a str>, BadTags> {
    let mut found = tags.iter().filter_map(|tag| tag.strip_prefix(prefix));
    let first = found.next();
    if found.any(|other| Some(other) != first) {
        return Err(BadTags::Several);
    }
    Ok(first)
}
