//! `ETag`, `If-Match` and `If-None-Match`: a campaign's version as an entity tag (RFC 9110, sections
//! 8.8.3 and 13.1).
//!
//! One parser for all tags. Tags are compared character by character: `"01"` is not `"1"`. `If-Match`
//! compares strongly, so a weak tag, which a compressing proxy makes, matches nothing; `If-None-Match`
//! compares weakly. Several header lines are one list. A list may have empty elements, and a tag may
//! have commas.

use crate::problem::Problem;
use actix_web::http::header::{ETAG, HeaderMap, HeaderName, IF_MATCH, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse};
use commands::Expected;
use domain::Version;
use projector::CampaignRow;

/// Tags that one header may list.
const TAGS_MAX: usize = 32;

/// The entity tag of a campaign at `version`.
pub(crate) fn etag(version: Version) -> String {
    format!("\"{version}\"")
}

/// The conditions that a change sets on the version of its campaign, if it sets any.
pub(crate) fn expected(request: &HttpRequest) -> Result<Option<Expected>, Problem> {
    let headers = request.headers();
    let (matching, differing) = (matching(headers)?, differing(headers)?);
    Ok(match (matching, differing) {
        (Some(matching), Some(differing)) => Some(Expected::Both(Box::new((matching, differing)))),
        (matching, differing) => matching.or(differing),
    })
}

/// Refuses the conditions of a call that changes many campaigns: no version is meant.
pub(crate) fn refuse_for_many(request: &HttpRequest) -> Result<(), Problem> {
    let headers = request.headers();
    if headers.contains_key(IF_MATCH) || headers.contains_key(IF_NONE_MATCH) {
        return Err(Problem::invalid(
            "If-Match and If-None-Match are conditions on one campaign: leave them out, or change each \
             campaign by itself",
        ));
    }
    Ok(())
}

/// Refuses `If-Match` where a campaign is made: it has no version yet. `If-None-Match` holds of all that
/// is new.
pub(crate) fn refuse_for_new(request: &HttpRequest) -> Result<(), Problem> {
    if request.headers().contains_key(IF_MATCH) {
        return Err(Problem::invalid(
            "If-Match is a condition on one campaign that is there: leave it out to make a new one",
        ));
    }
    Ok(())
}

/// The answer to a reader who has the campaign already, if so it is. A reader who wants another version than
/// there is gets a refusal.
pub(crate) fn known_already(
    request: &HttpRequest,
    row: &CampaignRow,
) -> Result<Option<HttpResponse>, Problem> {
    let (headers, version) = (request.headers(), row.version);
    if matching(headers)?.is_some_and(|expected| !expected.is_met_by(version)) {
        let status = row.campaign.stage.status();
        return Err(Problem::VersionDiffers { version, status });
    }
    let is_new = differing(headers)?.is_none_or(|expected| expected.is_met_by(version));
    Ok((!is_new).then(|| {
        HttpResponse::NotModified()
            .insert_header((ETAG, etag(version)))
            .finish()
    }))
}

fn matching(headers: &HeaderMap) -> Result<Option<Expected>, Problem> {
    let tags = Tags::of(headers, &IF_MATCH)?;
    Ok(tags.map(|tags| match tags {
        Tags::Any => Expected::Any,
        Tags::OneOf(tags) => Expected::OneOf(versions(tags.iter().filter(|tag| !tag.is_weak))),
    }))
}

fn differing(headers: &HeaderMap) -> Result<Option<Expected>, Problem> {
    let tags = Tags::of(headers, &IF_NONE_MATCH)?;
    Ok(tags.map(|tags| match tags {
        Tags::Any => Expected::Absent,
        Tags::OneOf(tags) => Expected::NoneOf(versions(tags.iter())),
    }))
}

fn versions<'a>(tags: impl Iterator<Item = &'a Tag>) -> Vec<Version> {
    tags.filter_map(Tag::version).collect()
}

/// What such a header says.
#[derive(Debug, PartialEq, Eq)]
enum Tags {
    /// `*`: whatever is there.
    Any,
    OneOf(Vec<Tag>),
}

#[derive(Debug, PartialEq, Eq)]
struct Tag {
    is_weak: bool,
    /// What stands between the quotes.
    opaque: Vec<u8>,
}

impl Tags {
    /// The tags of all header lines of this name; nothing if there are none.
    fn of(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Self>, Problem> {
        let lines: Vec<&[u8]> = headers
            .get_all(name)
            .map(|value| value.as_bytes())
            .collect();
        if lines.is_empty() {
            return Ok(None);
        }
        let tags = Self::parse(&lines.join(&b','));
        tags.map(Some).ok_or_else(|| {
            Problem::invalid(format!(
                "{} must be * or a list of at most {TAGS_MAX} quoted versions",
                spelled(name)
            ))
        })
    }

    fn parse(text: &[u8]) -> Option<Self> {
        if text.trim_ascii() == b"*" {
            return Some(Self::Any);
        }
        let mut tags = Vec::new();
        let mut rest = without_empty(text);
        while !rest.is_empty() {
            let (tag, behind) = Tag::first_of(rest)?;
            tags.push(tag);
            let behind = behind.trim_ascii_start();
            if TAGS_MAX < tags.len() || !(behind.is_empty() || behind.starts_with(b",")) {
                return None;
            }
            rest = without_empty(behind);
        }
        Some(Self::OneOf(tags))
    }
}

impl Tag {
    /// The tag that a text begins with, and what is behind it.
    fn first_of(text: &[u8]) -> Option<(Self, &[u8])> {
        let (is_weak, quoted) = match text.strip_prefix(b"W/") {
            Some(quoted) => (true, quoted),
            None => (false, text),
        };
        let inner = quoted.strip_prefix(b"\"")?;
        let end = inner.iter().position(|byte| *byte == b'"')?;
        let (opaque, behind) = (inner.get(..end)?, inner.get(end + 1..)?);
        let is_character = |byte: &u8| matches!(byte, 0x21..=0x7e | 0x80..);
        opaque.iter().all(is_character).then(|| {
            let opaque = opaque.to_vec();
            (Self { is_weak, opaque }, behind)
        })
    }

    /// The version whose tag has just these characters.
    fn version(&self) -> Option<Version> {
        let text = str::from_utf8(&self.opaque).ok()?;
        let version = Version(text.parse().ok()?);
        (version.to_string() == text).then_some(version)
    }
}

/// What is left behind empty elements of a list and their commas.
fn without_empty(text: &[u8]) -> &[u8] {
    let is_between = |byte: &u8| matches!(byte, b',' | b' ' | b'\t');
    let begin = text.iter().position(|byte| !is_between(byte));
    begin
        .and_then(|begin| text.get(begin..))
        .unwrap_or_default()
}

/// A header's name as people write it.
fn spelled(name: &HeaderName) -> &'static str {
    if *name == IF_MATCH {
        "If-Match"
    } else {
        "If-None-Match"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The versions that `If-Match` compares.
    fn compared(text: &str) -> Option<Vec<i64>> {
        let Tags::OneOf(tags) = Tags::parse(text.as_bytes())? else {
            return None;
        };
        let strong = versions(tags.iter().filter(|tag| !tag.is_weak));
        Some(strong.iter().map(|version| version.0).collect())
    }

    #[test]
    fn a_list_is_read_by_its_grammar() {
        for (text, expected) in [
            ("\"3\", \"7\"", vec![3, 7]),
            ("\"3\",", vec![3]),
            (",,\t \"3\" ,, ,\"7\",", vec![3, 7]),
            ("\"a,b\", \"1\"", vec![1]),
            ("\",\",\"1\"", vec![1]),
            ("\"W/\",W/\"2\",\"1\"", vec![1]),
            ("\"\\\", \"1\"", vec![1]),
            ("\"\"", vec![]),
            ("", vec![]),
            (" , ,", vec![]),
        ] {
            assert_eq!(compared(text), Some(expected), "{text}");
        }
        assert_eq!(Tags::parse(b" * "), Some(Tags::Any));
        assert!(Tags::parse(b"\"\x80\xff\", \"1\"").is_some());
    }

    #[test]
    fn tags_are_compared_character_by_character() {
        for text in [
            "\"01\"", "\"+1\"", "\"1.0\"", "\"-0\"", "\"1a\"", "\"x\"", "W/\"1\"",
        ] {
            assert_eq!(compared(text), Some(vec![]), "{text}");
        }
    }

    #[test]
    fn what_is_no_list_of_tags_is_refused() {
        let many = ["\"1\""; TAGS_MAX + 1].join(",");
        for text in [
            "3",
            "\"3",
            "3\"",
            "\"3\"\"4\"",
            "\"3\" \"4\"",
            "*, \"1\"",
            "\"1\", *",
            "**",
            "w/\"1\"",
            "W/1",
            "W/ \"1\"",
            "\"a b\"",
            "\"1\"; \"2\"",
            many.as_str(),
        ] {
            assert_eq!(Tags::parse(text.as_bytes()), None, "{text}");
        }
    }
}
