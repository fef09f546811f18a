//! What is on file about a person, and how it changes.
//!
//! Every text has a longest length; names and addresses are one line ([`is_line`]), the rest is text
//! ([`is_text`]). A `Debug` says which fields there are and nothing of what they hold.

use crate::identity::{Digests, Rules, is_invisible, is_unfit, laid_open};
use domain::{ChannelKind, UserId, is_line, is_text};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// A field of a person, by its documented name (campaign API, section 1.12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// An email address.
    Email,
    /// A LinkedIn profile.
    LinkedinUrl,
    /// The first name.
    FirstName,
    /// The last name.
    LastName,
    /// The whole name, where it is not the two together.
    Name,
    /// Where they work.
    Company,
    /// As what.
    Position,
    /// What they say of themselves.
    Headline,
}

/// The client's own fields: any JSON object, kept as it was written.
#[derive(Clone, PartialEq, Eq)]
pub struct CustomFields(String);

/// What is on file about a person.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Details {
    texts: [Option<String>; Field::ALL.len()],
    /// The client's own fields.
    pub custom_fields: Option<CustomFields>,
}

/// New values for some fields; what is not named stays, `None` clears.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct DetailsPatch(Vec<(Field, Option<String>)>);

/// Why something cannot be on file. Names the field, never what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadDetails {
    /// Too long a text.
    #[error("{} must have at most {} characters", .0.as_str(), .0.chars_max())]
    Long(Field),
    /// A text with a character that the field may not hold, escaped or not.
    #[error("{} must not contain the character U+{:04X}", .0.as_str(), u32::from(*.1))]
    Character(Field, char),
    /// Too large an object.
    #[error(
        "custom_fields must be at most {} bytes of JSON",
        CustomFields::BYTES_MAX
    )]
    CustomFields,
}

impl Field {
    /// Every field, in the order of the documentation.
    pub const ALL: [Self; 8] = [
        Self::Email,
        Self::LinkedinUrl,
        Self::FirstName,
        Self::LastName,
        Self::Name,
        Self::Company,
        Self::Position,
        Self::Headline,
    ];
    /// The longest address (RFC 5321: 64 and 255 characters and an `@`).
    pub const EMAIL_CHARS_MAX: usize = 320;
    /// The longest URL.
    pub const URL_CHARS_MAX: usize = 2_048;
    /// The longest of the other texts.
    pub const TEXT_CHARS_MAX: usize = 1_000;

    /// The wire's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::LinkedinUrl => "linkedin_url",
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::Name => "name",
            Self::Company => "company",
            Self::Position => "position",
            Self::Headline => "headline",
        }
    }

    /// That by which `channel` reaches people.
    #[must_use]
    pub fn of(channel: ChannelKind) -> Self {
        match channel {
            ChannelKind::Email => Self::Email,
            ChannelKind::Linkedin => Self::LinkedinUrl,
        }
    }

    /// How long its text may be.
    #[must_use]
    pub fn chars_max(self) -> usize {
        match self {
            Self::Email => Self::EMAIL_CHARS_MAX,
            Self::LinkedinUrl => Self::URL_CHARS_MAX,
            _ => Self::TEXT_CHARS_MAX,
        }
    }

    /// The first character that the field may not hold. Names and addresses become headers of mails.
    fn find_unfit(self, text: &str) -> Option<char> {
        let is_refused = |letter: &char| {
            let mut bytes = [0; 4];
            let text: &str = letter.encode_utf8(&mut bytes);
            match self {
                Self::Company | Self::Position | Self::Headline => !is_text(text),
                Self::FirstName | Self::LastName | Self::Name => !is_line(text),
                // With a space within it is no address, and kept.
                Self::Email | Self::LinkedinUrl => {
                    let is_unfit = is_unfit(*letter) && !is_invisible(*letter);
                    !is_line(text) || (is_unfit && *letter != ' ')
                }
            }
        };
        match self {
            Self::LinkedinUrl => {
                let open = laid_open(text);
                self.shown(&open).chars().find(is_refused)
            }
            _ => text.chars().find(is_refused),
        }
    }

    /// Why a text cannot be in this field.
    ///
    /// # Errors
    /// When it is too long, or has a character that the field may not hold.
    pub fn check(self, text: &str) -> Result<(), BadDetails> {
        self.kept(text).map(drop)
    }

    /// What there is to be seen of `text`, in a field by which people are reached.
    fn shown(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Email if !text.is_ascii() => {
                Cow::Owned(text.chars().filter(|it| !is_invisible(*it)).collect())
            }
            // Joiners within are letters of some scripts' URLs.
            Self::LinkedinUrl => {
                let around = |letter: char| letter.is_whitespace() || is_invisible(letter);
                Cow::Borrowed(text.trim_matches(around))
            }
            _ => Cow::Borrowed(text),
        }
    }

    /// `text` as this field keeps it: without surrounding space; nothing when nothing is left.
    ///
    /// An address is also kept without what is not shown: nobody could see why a mail does not arrive.
    fn kept(self, text: &str) -> Result<Option<String>, BadDetails> {
        let shown = self.shown(text);
        let text = shown.trim();
        if text.is_empty() {
            return Ok(None);
        }
        if self.chars_max() < text.chars().count() {
            return Err(BadDetails::Long(self));
        }
        if let Some(unfit) = self.find_unfit(text) {
            return Err(BadDetails::Character(self, unfit));
        }
        Ok(Some(text.to_owned()))
    }
}

impl CustomFields {
    /// The longest object, as it was written.
    pub const BYTES_MAX: usize = 8_192;

    /// The object as it was written, if it is not too large. So it is not too deep for the database
    /// either: 4,096 brackets.
    ///
    /// # Errors
    /// When it is too large, or no object.
    pub fn new(written: &RawValue) -> Result<Self, BadDetails> {
        let text = written.get();
        if Self::BYTES_MAX < text.len() || !text.starts_with('{') {
            return Err(BadDetails::CustomFields);
        }
        Ok(Self(text.to_owned()))
    }

    /// The JSON.
    #[must_use]
    pub fn as_json(&self) -> &str {
        &self.0
    }

    pub(crate) fn restored(text: String) -> Self {
        Self(text)
    }
}

impl Details {
    /// Puts a text in; an empty one counts as absent.
    ///
    /// # Errors
    /// When it does not fit the field.
    pub fn put(&mut self, field: Field, text: &str) -> Result<(), BadDetails> {
        let kept = field.kept(text)?;
        self.set(field, kept);
        Ok(())
    }

    /// The text of a field.
    #[must_use]
    pub fn get(&self, field: Field) -> Option<&str> {
        let place = Field::ALL.iter().position(|other| *other == field)?;
        self.texts.get(place)?.as_deref()
    }

    /// The name to be shown: the one on file, or the first and the last together.
    #[must_use]
    pub fn full_name(&self) -> Option<String> {
        if let Some(name) = self.get(Field::Name) {
            return Some(name.to_owned());
        }
        let parts = [Field::FirstName, Field::LastName].map(|field| self.get(field));
        let parts: Vec<&str> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }

    /// The digests of what reaches them, as a prospect of `user`.
    #[must_use]
    pub fn digests(&self, rules: Rules, user: UserId) -> Digests {
        let (email, linkedin) = (self.get(Field::Email), self.get(Field::LinkedinUrl));
        Digests::by_rules(rules, user, email, linkedin)
    }

    pub(crate) fn set(&mut self, field: Field, text: Option<String>) {
        let place = Field::ALL.iter().position(|other| *other == field);
        if let Some(slot) = place.and_then(|place| self.texts.get_mut(place)) {
            *slot = text;
        }
    }
}

impl DetailsPatch {
    /// Has a field replaced, or cleared by `None` or an empty text.
    ///
    /// # Errors
    /// When the text does not fit the field.
    pub fn put(&mut self, field: Field, text: Option<&str>) -> Result<(), BadDetails> {
        let kept = match text {
            Some(text) => field.kept(text)?,
            None => None,
        };
        self.0.push((field, kept));
        Ok(())
    }

    /// `details` with the patch applied.
    #[must_use]
    pub fn applied_to(&self, details: &Details) -> Details {
        let mut changed = details.clone();
        for (field, text) in &self.0 {
            changed.set(*field, text.clone());
        }
        changed
    }

    /// The digests of what it puts in, as far as it puts any in.
    #[must_use]
    pub fn digests(&self, rules: Rules, user: UserId) -> Digests {
        self.applied_to(&Details::default()).digests(rules, user)
    }
}

fn present(details: &Details) -> impl Iterator<Item = &'static str> {
    Field::ALL
        .into_iter()
        .filter(|field| details.get(*field).is_some())
        .map(Field::as_str)
}

impl fmt::Debug for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(present(self)).finish()
    }
}

impl fmt::Debug for DetailsPatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = self.0.iter().map(|(field, _)| field.as_str());
        f.debug_set().entries(fields).finish()
    }
}

impl fmt::Debug for CustomFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CustomFields")
    }
}
