//! When two prospects are the same person.
//!
//! An email address is compared in lower case, a LinkedIn profile by its path without query and
//! trailing slash (campaign API, section 1.12). What is compared is kept as a digest made with the
//! id of the user whose prospects they are: it fits an index whatever its length, a message of the
//! database about it says nothing, and two users' people cannot be told to be the same.

use domain::{ChannelKind, UserId};
use sha2::{Digest as _, Sha256};
use std::fmt;

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

impl Digest {
    /// The digest of an email address of somebody whom `user` writes to. `None` when the text
    /// cannot be an address.
    #[must_use]
    pub fn of_email(user: UserId, email: &str) -> Option<Self> {
        email_key(email).map(|key| Self::of(user, b"email", &key))
    }

    /// The digest of a LinkedIn profile. `None` when the text cannot be one.
    #[must_use]
    pub fn of_linkedin(user: UserId, url: &str) -> Option<Self> {
        linkedin_key(url).map(|key| Self::of(user, b"linkedin", &key))
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

/// What makes two email addresses the same: the text without surrounding space, in lower case.
/// `None` unless there is something on both sides of an `@` and no space within.
///
/// ```
/// assert_eq!(people::email_key(" Ada@Example.COM "), people::email_key("ada@example.com"));
/// assert_eq!(people::email_key("nobody"), None);
/// ```
#[must_use]
pub fn email_key(email: &str) -> Option<String> {
    let key = email.trim().to_lowercase();
    let (mailbox, host) = key.rsplit_once('@')?;
    let unfit = |letter: char| letter.is_whitespace() || letter.is_control();
    let fits = !mailbox.is_empty() && !host.is_empty() && !key.contains(unfit);
    fits.then_some(key)
}

/// What makes two LinkedIn URLs the same profile: host and path in lower case, without scheme,
/// `www.` or a country's subdomain, query, fragment and trailing slashes. `None` when no path is
/// left.
///
/// ```
/// let key = people::linkedin_key("https://www.LinkedIn.com/in/ada/?trk=x");
/// assert_eq!(key.as_deref(), Some("linkedin.com/in/ada"));
/// ```
#[must_use]
pub fn linkedin_key(url: &str) -> Option<String> {
    let lower = url.trim().to_lowercase();
    let bare = ["https://", "http://", "//"]
        .iter()
        .find_map(|scheme| lower.strip_prefix(scheme))
        .unwrap_or(&lower);
    let plain = bare.split(['?', '#']).next().unwrap_or_default();
    let (host, path) = plain.split_once('/')?;
    let path = path.trim_matches('/');
    let unfit = |letter: char| letter.is_whitespace() || letter.is_control();
    if host.is_empty() || path.is_empty() || plain.contains(unfit) {
        return None;
    }
    let host = if host.ends_with(".linkedin.com") {
        "linkedin.com"
    } else {
        host
    };
    Some(format!("{host}/{path}"))
}
