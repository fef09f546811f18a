//! What a campaign is told to be: its name, channel, limits and hours.
//!
//! Values are proof: a [`Name`] is not empty, a [`DailyLimit`] is within its range. A
//! [`SettingsPatch`] is applied field by field; which fields a status lets through is a rule and
//! stands in `decide`.

use crate::{AccountId, OperatingHours, find_invisible, is_line};
use serde::{Deserialize, Serialize};

/// A campaign's name: one line of 1 to [`Name::CHARS_MAX`] characters after trimming, unique per user.
///
/// What is deserialised was stored: names in old events may have control characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "String")]
pub struct Name(String);

/// A name as an event has it.
#[derive(Deserialize)]
struct Stored(String);

impl Name {
    /// The longest name, in characters. The documentation names no maximum; an index needs one.
    pub const CHARS_MAX: usize = 500;

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Name {
    type Error = BadSettings;

    fn try_from(raw: String) -> Result<Self, BadSettings> {
        let name = Self::try_from(Stored(raw))?;
        if !is_line(&name.0) {
            return Err(BadSettings::NameOfLines);
        }
        match find_invisible(&name.0) {
            Some(letter) => Err(BadSettings::NameWithInvisible(letter)),
            None => Ok(name),
        }
    }
}

impl TryFrom<Stored> for Name {
    type Error = BadSettings;

    fn try_from(stored: Stored) -> Result<Self, BadSettings> {
        let name = stored.0.trim();
        if name.is_empty() || Self::CHARS_MAX < name.chars().count() {
            return Err(BadSettings::Name);
        }
        Ok(Self(name.to_owned()))
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

/// Sends a day over all senders, or of one: 1 to 500 (campaign API, section 1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Sends", into = "u32")]
pub struct DailyLimit(u32);

/// A number given as a daily limit, whatever its range, so that a refusal can name the range.
#[derive(Deserialize)]
struct Sends(i64);

impl DailyLimit {
    /// The highest limit.
    pub const SENDS_MAX: u32 = 500;

    /// The number of sends a day.
    #[must_use]
    pub fn sends(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for DailyLimit {
    type Error = BadSettings;

    fn try_from(sends: u32) -> Result<Self, BadSettings> {
        if (1..=Self::SENDS_MAX).contains(&sends) {
            Ok(Self(sends))
        } else {
            Err(BadSettings::DailyLimit)
        }
    }
}

impl TryFrom<Sends> for DailyLimit {
    type Error = BadSettings;

    fn try_from(Sends(sends): Sends) -> Result<Self, BadSettings> {
        u32::try_from(sends)
            .map_err(|_| BadSettings::DailyLimit)
            .and_then(Self::try_from)
    }
}

impl From<DailyLimit> for u32 {
    fn from(limit: DailyLimit) -> Self {
        limit.0
    }
}

/// Why a setting is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSettings {
    /// Empty or too long a name.
    #[error("name must have 1 to {} characters", Name::CHARS_MAX)]
    Name,
    /// A name of several lines, or with control characters.
    #[error("name must be one line without control characters")]
    NameOfLines,
    /// A name that may look like another one.
    #[error("name must not contain the character U+{:04X}", u32::from(*.0))]
    NameWithInvisible(char),
    /// A daily limit out of range.
    #[error("daily_limit must be between 1 and {}", DailyLimit::SENDS_MAX)]
    DailyLimit,
}

/// The channel a campaign sends on. Never changes after creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChannelKind {
    /// Mail.
    Email,
    /// LinkedIn.
    Linkedin,
}

impl ChannelKind {
    /// The wire's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Linkedin => "linkedin",
        }
    }
}

/// A sender account's own ceiling within one campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountLimit {
    /// The account.
    pub account_id: AccountId,
    /// Its sends a day.
    pub daily_limit: DailyLimit,
}

/// What only email campaigns have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailSettings {
    /// Sends a day over all senders; no limit when absent.
    pub daily_limit: Option<DailyLimit>,
    /// Whether a reply ends the sequence for its prospect.
    pub stop_on_reply: bool,
    /// Whether opens are tracked.
    pub open_tracking: bool,
    /// Appended to every mail; may hold `%first_name%` and the like.
    pub signature: Option<String>,
    /// Ceilings of single accounts.
    #[serde(default)]
    pub account_limits: Vec<AccountLimit>,
}

/// What only LinkedIn campaigns have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkedInSettings {
    /// Leave out people who are in another campaign.
    pub skip_other_campaigns: bool,
}

/// The channel with what belongs to it alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Channel {
    /// Mail.
    Email(EmailSettings),
    /// LinkedIn.
    Linkedin(LinkedInSettings),
}

impl Channel {
    /// Which channel.
    #[must_use]
    pub fn kind(&self) -> ChannelKind {
        match self {
            Self::Email(_) => ChannelKind::Email,
            Self::Linkedin(_) => ChannelKind::Linkedin,
        }
    }

    /// Whether a reply ends the sequence for its prospect. Always so on LinkedIn.
    #[must_use]
    pub fn stops_on_reply(&self) -> bool {
        match self {
            Self::Email(email) => email.stop_on_reply,
            Self::Linkedin(_) => true,
        }
    }
}

/// Everything a campaign is told to be, its sequence apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Unique per user.
    pub name: Name,
    /// The channel and its own settings.
    #[serde(flatten)]
    pub channel: Channel,
    /// When sends may go out; always when absent.
    pub operating_hours: Option<OperatingHours>,
    /// The accounts that send.
    pub sender_account_ids: Vec<AccountId>,
}

/// New values for some settings; what is `None` stays. The inner `Option` of a setting that may
/// be absent clears it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SettingsPatch {
    /// Any status.
    pub name: Option<Name>,
    /// Any status.
    pub operating_hours: Option<Option<OperatingHours>>,
    /// Any status; email.
    pub daily_limit: Option<Option<DailyLimit>>,
    /// Any status; email.
    pub account_limits: Option<Vec<AccountLimit>>,
    /// Draft; email.
    pub stop_on_reply: Option<bool>,
    /// Draft; email.
    pub open_tracking: Option<bool>,
    /// Draft; email.
    pub signature: Option<Option<String>>,
    /// Draft; LinkedIn.
    pub skip_other_campaigns: Option<bool>,
    /// Draft.
    pub sender_account_ids: Option<Vec<AccountId>>,
}

impl Settings {
    /// Sender accounts that a campaign may have at most, and limits of single accounts. The
    /// documentation names no maximum.
    pub const ACCOUNTS_MAX: usize = 100;
}

impl EmailSettings {
    /// The longest signature, in characters. The documentation names no maximum.
    pub const SIGNATURE_CHARS_MAX: usize = 10_000;
}

impl SettingsPatch {
    /// What is left of the patch once a campaign has left draft: draft-only keys are silently
    /// ignored (campaign API, section 1.4).
    #[must_use]
    pub fn after_draft(self) -> Self {
        Self {
            name: self.name,
            operating_hours: self.operating_hours,
            daily_limit: self.daily_limit,
            account_limits: self.account_limits,
            ..Self::default()
        }
    }

    /// `settings` with the patch applied. Keys of the other channel are ignored.
    #[must_use]
    pub fn applied_to(self, settings: &Settings) -> Settings {
        let mut changed = settings.clone();
        replace(&mut changed.name, self.name);
        replace(&mut changed.operating_hours, self.operating_hours);
        replace(&mut changed.sender_account_ids, self.sender_account_ids);
        match &mut changed.channel {
            Channel::Email(email) => {
                replace(&mut email.daily_limit, self.daily_limit);
                replace(&mut email.account_limits, self.account_limits);
                replace(&mut email.stop_on_reply, self.stop_on_reply);
                replace(&mut email.open_tracking, self.open_tracking);
                replace(&mut email.signature, self.signature);
            }
            Channel::Linkedin(linkedin) => {
                replace(
                    &mut linkedin.skip_other_campaigns,
                    self.skip_other_campaigns,
                );
            }
        }
        changed
    }
}

pub(crate) fn replace<T>(slot: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *slot = value;
    }
}
