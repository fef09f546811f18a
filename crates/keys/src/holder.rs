//! Whose a key is: the owner it is made for, the holder that a verified key proves, and the label
//! people give it.
//!
//! A public key belongs to exactly one user and an internal key to none; the two enums leave no
//! other case to write, and the table refuses it too. A [`Label`] is printed in operators'
//! terminals, so it holds no control characters.

use std::fmt;

use uuid::Uuid;

use crate::prefix::{KeyPrefix, Kind};

/// The most characters a label may have.
pub const LABEL_CHARACTERS_MAX: usize = 100;

/// Whom a key is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Owner {
    /// One user of the public API; the id is the tenant.
    User(Uuid),
    /// The operator's own programs.
    Internal,
}

impl Owner {
    /// The kind of key that such an owner gets.
    pub const fn kind(self) -> Kind {
        match self {
            Self::User(_) => Kind::Public,
            Self::Internal => Kind::Internal,
        }
    }

    /// The user, where there is one.
    pub const fn user_id(self) -> Option<Uuid> {
        match self {
            Self::User(user_id) => Some(user_id),
            Self::Internal => None,
        }
    }

    /// The owner of a stored key, or nothing when kind and user contradict each other.
    pub(crate) const fn of_row(kind: Kind, user_id: Option<Uuid>) -> Option<Self> {
        match (kind, user_id) {
            (Kind::Public, Some(user_id)) => Some(Self::User(user_id)),
            (Kind::Internal, None) => Some(Self::Internal),
            (Kind::Public, None) | (Kind::Internal, Some(_)) => None,
        }
    }
}

/// Who asks, as proved by a verified key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Holder {
    /// A user of the public API.
    Public {
        /// The tenant whose campaigns the key opens.
        user_id: Uuid,
        /// The key, for logs and for an event's actor.
        prefix: KeyPrefix,
    },
    /// The engine, an operator, or a scraper of metrics.
    Internal {
        /// The key, for logs and for an event's actor.
        prefix: KeyPrefix,
    },
}

impl Holder {
    /// Who holds the key `prefix` that belongs to `owner`.
    pub(crate) const fn of_key(prefix: KeyPrefix, owner: Owner) -> Self {
        match owner {
            Owner::User(user_id) => Self::Public { user_id, prefix },
            Owner::Internal => Self::Internal { prefix },
        }
    }

    /// The key that proved it.
    pub const fn prefix(&self) -> KeyPrefix {
        match *self {
            Self::Public { prefix, .. } | Self::Internal { prefix } => prefix,
        }
    }
}

/// What people call a key: 1 to [`LABEL_CHARACTERS_MAX`] characters, none of them a control
/// character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label(String);

impl Label {
    /// Takes a label without the blanks around it.
    ///
    /// # Errors
    ///
    /// [`LabelRefused`] says what a label may be.
    pub fn new(text: &str) -> Result<Self, LabelRefused> {
        let text = text.trim();
        if text.chars().any(char::is_control) {
            return Err(LabelRefused::ControlCharacter);
        }
        match text.chars().count() {
            1..=LABEL_CHARACTERS_MAX => Ok(Self(text.to_owned())),
            _ => Err(LabelRefused::Length),
        }
    }

    /// The label's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Label {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Why a text is no label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LabelRefused {
    /// It is empty or too long.
    #[error("a key's label has 1 to {LABEL_CHARACTERS_MAX} characters")]
    Length,
    /// It would disturb a terminal.
    #[error("a key's label has no control characters")]
    ControlCharacter,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_and_a_user_that_contradict_each_other_have_no_owner() {
        assert_eq!(Owner::of_row(Kind::Public, None), None);
        assert_eq!(Owner::of_row(Kind::Internal, Some(Uuid::nil())), None);

        assert_eq!(
            Owner::of_row(Kind::Public, Some(Uuid::nil())),
            Some(Owner::User(Uuid::nil()))
        );
        assert_eq!(Owner::of_row(Kind::Internal, None), Some(Owner::Internal));
    }

    #[test]
    fn a_label_is_short_and_printable() {
        assert_eq!(
            Label::new("  nightly import ").unwrap().as_str(),
            "nightly import"
        );
        assert_eq!(
            Label::new(&"é".repeat(100))
                .unwrap()
                .as_str()
                .chars()
                .count(),
            100
        );

        assert_eq!(Label::new(" "), Err(LabelRefused::Length));
        assert_eq!(Label::new(&"x".repeat(101)), Err(LabelRefused::Length));
        assert_eq!(
            Label::new("red \u{1b}[31m"),
            Err(LabelRefused::ControlCharacter)
        );
    }
}
