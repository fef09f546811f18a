//! When two prospects are the same person: the only place that decides it.
//!
//! What reaches a person is brought into one form, whatever its writing: an address by `email`, a profile by
//! `profile`, hosts by `host`, letters by `letters`. The rules have a version, which is kept with every
//! row, so that better rules can take the place of these: `rekeying` brings rows along, and until it
//! has, look-ups ask by the rules of before (`first`) as well.
//!
//! What is compared is kept as a digest made with the id of the user whose prospects they are: it fits
//! an index whatever its length, a message of the database about it says nothing, and two users' people
//! cannot be told to be the same.

mod email;
mod first;
mod host;
mod letters;
mod profile;

use domain::{ChannelKind, UserId};
use sha2::{Digest as _, Sha256};
use std::fmt;

pub use email::email_key;
pub(crate) use letters::{is_invisible, is_unfit};
pub(crate) use profile::laid_open;
pub use profile::linkedin_key;

/// The version of the rules. Raised with every change to which texts are the same person.
pub const IDENTITY_VERSION: i16 = 2;

/// A digest of what reaches a person.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

/// The digests of one person, as far as they can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Digests {
    /// Of the email address.
    pub email: Option<Digest>,
    /// Of the LinkedIn profile.
    pub linkedin: Option<Digest>,
}

/// By which rules a text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rules {
    /// Those of today.
    Current,
    /// Those of version 1, by which rows may still be kept.
    First,
}

impl Rules {
    /// All rules by which a row may be kept.
    pub const ALL: [Self; 2] = [Self::Current, Self::First];
}

impl Digest {
    /// The digest of an email address of somebody whom `user` writes to. `None` when the text
    /// cannot be an address.
    #[must_use]
    pub fn of_email(user: UserId, email: &str) -> Option<Self> {
        Self::of_email_by(Rules::Current, user, email)
    }

    /// The digest of a LinkedIn profile. `None` when the text cannot be one.
    #[must_use]
    pub fn of_linkedin(user: UserId, url: &str) -> Option<Self> {
        Self::of_linkedin_by(Rules::Current, user, url)
    }

    /// The digest of an email address by some rules.
    #[must_use]
    pub fn of_email_by(rules: Rules, user: UserId, email: &str) -> Option<Self> {
        let key = match rules {
            Rules::Current => email_key(email),
            Rules::First => first::email_key(email),
        };
        key.map(|key| Self::of(user, b"email", &key))
    }

    /// The digest of a LinkedIn profile by some rules.
    #[must_use]
    pub fn of_linkedin_by(rules: Rules, user: UserId, url: &str) -> Option<Self> {
        let key = match rules {
            Rules::Current => linkedin_key(url),
            Rules::First => first::linkedin_key(url),
        };
        key.map(|key| Self::of(user, b"linkedin", &key))
    }

    /// The bytes, for the database.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    fn of(user: UserId, kind: &[u8], key: &str) -> Self {
        let mut digest = Sha256::new();
        digest.update(user.0.as_bytes());
        digest.update(kind);
        digest.update([0]);
        digest.update(key.as_bytes());
        Self(digest.finalize().into())
    }
}

impl Digests {
    /// Of what reaches a person of `user`, by some rules.
    #[must_use]
    pub fn by_rules(
        rules: Rules,
        user: UserId,
        email: Option<&str>,
        linkedin: Option<&str>,
    ) -> Self {
        Self {
            email: email.and_then(|text| Digest::of_email_by(rules, user, text)),
            linkedin: linkedin.and_then(|text| Digest::of_linkedin_by(rules, user, text)),
        }
    }

    /// The one by which `channel` reaches people.
    #[must_use]
    pub fn by(&self, channel: ChannelKind) -> Option<Digest> {
        match channel {
            ChannelKind::Email => self.email,
            ChannelKind::Linkedin => self.linkedin,
        }
    }

    /// Both, as far as they are there.
    pub fn iter(&self) -> impl Iterator<Item = Digest> {
        self.email.into_iter().chain(self.linkedin)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest")
    }
}
