//! The id of a token, as text from anywhere becomes proof.
//!
//! On the wire an id is `waitpoint_` and small letters and digits; the prefix may be left out
//! (Trigger.dev's contract). Ids that are made here have 25 characters: `c`, the
//! millisecond of creation in nine base-36 digits, thirteen random ones, and two that name the
//! journal. So they sort by age, and a token is found without asking where it is.

use chrono::{DateTime, Utc};
use event_store::JournalId;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

const PREFIX: &str = "waitpoint_";
const BASE: u128 = 36;
const TIME_DIGITS: u32 = 9;
const RANDOM_DIGITS: u32 = 13;
const JOURNAL_DIGITS: u32 = 2;

/// A token's id, without the prefix: 1 to [`TokenId::LENGTH_MAX`] small letters and digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenId(Arc<str>);

/// Not a token's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a token's id is waitpoint_ and up to {} of the characters 0-9 and a-z",
    TokenId::LENGTH_MAX
)]
pub struct BadTokenId;

impl TokenId {
    /// The most characters after the prefix.
    pub const LENGTH_MAX: usize = 64;

    /// The id of a token that is made at `created_at` in `journal`, unique by `random`.
    #[must_use]
    pub fn new(created_at: DateTime<Utc>, random: u128, journal: JournalId) -> Self {
        let journal = u128::try_from(journal.0).unwrap_or(0);
        let mut id = first_of(created_at);
        id.push_str(&digits(random, RANDOM_DIGITS));
        id.push_str(&digits(journal, JOURNAL_DIGITS));
        Self(Arc::from(id))
    }

    /// An id as the database keeps it.
    pub(crate) fn stored(id: &str) -> Self {
        Self(Arc::from(id))
    }

    /// The smallest text that an id made at `created_at` begins with: a bound for looking up ids
    /// by their age.
    #[must_use]
    pub(crate) fn first_at(created_at: DateTime<Utc>) -> String {
        first_of(created_at)
    }

    /// The journal that the token is in, if there is such a token: its last two base-36 digits.
    #[must_use]
    pub fn journal(&self) -> JournalId {
        let from = self.0.len().saturating_sub(2);
        let number = self
            .0
            .get(from..)
            .and_then(|end| i16::from_str_radix(end, 36).ok());
        JournalId(number.unwrap_or(0))
    }

    /// When the token was made, to the millisecond. The epoch for an id that was not made here.
    #[must_use]
    pub fn created_at(&self) -> DateTime<Utc> {
        let time = self
            .0
            .get(1..10)
            .and_then(|time| i64::from_str_radix(time, 36).ok());
        time.and_then(DateTime::from_timestamp_millis)
            .unwrap_or_default()
    }

    /// The id without its prefix.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TokenId {
    type Err = BadTokenId;

    fn from_str(text: &str) -> Result<Self, BadTokenId> {
        let id = text.strip_prefix(PREFIX).unwrap_or(text);
        let fits = (1..=Self::LENGTH_MAX).contains(&id.len());
        let is_plain = id
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase());
        if fits && is_plain {
            Ok(Self(Arc::from(id)))
        } else {
            Err(BadTokenId)
        }
    }
}

impl fmt::Display for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", self.0)
    }
}

fn first_of(created_at: DateTime<Utc>) -> String {
    let millisecond = u128::try_from(created_at.timestamp_millis()).unwrap_or(0);
    format!("c{}", digits(millisecond, TIME_DIGITS))
}

/// The last `count` base-36 digits of a number.
fn digits(number: u128, count: u32) -> String {
    let digit = |place: u32| {
        let value = number / BASE.pow(place) % BASE;
        let value = u32::try_from(value).unwrap_or(0);
        char::from_digit(value, 36).unwrap_or('0')
    };
    (0..count).rev().map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millisecond: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(millisecond).unwrap()
    }

    #[test]
    fn an_id_tells_its_age_and_its_journal() {
        let id = TokenId::new(at(1_764_086_400_123), u128::MAX, JournalId(1023));

        assert_eq!(id.as_str().len(), 25);
        assert!(id.as_str().starts_with('c'));
        assert_eq!(id.created_at(), at(1_764_086_400_123));
        assert_eq!(id.journal(), JournalId(1023));
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn ids_sort_by_age() {
        let older = TokenId::new(at(1_764_086_400_123), u128::MAX, JournalId(3));
        let newer = TokenId::new(at(1_764_086_400_124), 0, JournalId(0));

        assert!(older < newer);
        assert!(newer.as_str() > TokenId::first_at(at(1_764_086_400_124)).as_str());
        assert!(older.as_str() < TokenId::first_at(at(1_764_086_400_124)).as_str());
    }

    #[test]
    fn the_prefix_may_be_left_out() {
        let id: TokenId = "waitpoint_abc".parse().unwrap();

        assert_eq!("abc".parse(), Ok(id.clone()));
        assert_eq!(id.to_string(), "waitpoint_abc");
    }

    #[test]
    fn what_could_change_a_path_or_a_statement_is_no_id() {
        let long = "a".repeat(65);
        for text in [
            "",
            "waitpoint_",
            "waitpoint_waitpoint_a",
            "waitpoint_A",
            "a/../b",
            "a?b",
            "a#b",
            "a%2f",
            "a b",
            "ä",
            "run_abc",
            &long,
        ] {
            assert_eq!(text.parse::<TokenId>(), Err(BadTokenId), "{text}");
        }
    }

    #[test]
    fn any_id_has_a_journal() {
        for text in ["a", "zz", "abc", &"z".repeat(64)] {
            let id: TokenId = text.parse().unwrap();

            assert!((0..1296).contains(&id.journal().0), "{text}");
            let _no_panic = id.created_at();
        }
    }
}
