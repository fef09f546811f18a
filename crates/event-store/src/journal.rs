//! Which journal a tenant's campaigns live in.
//!
//! The number of journals is set when the database is made and never changes; neither does this
//! function, for the same reason.

use domain::UserId;
use sha2::{Digest, Sha256};

/// A journal's number, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JournalId(pub i16);

/// All journals of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Journals(i16);

/// Not a number of journals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a database has between 1 and {} journals", Journals::COUNT_MAX)]
pub struct BadJournals;

impl Journals {
    /// The most journals that a database may have.
    pub const COUNT_MAX: i16 = 1024;
    /// The journals of a database that is made without saying how many.
    pub const DEFAULT: Self = Self(4);

    /// `count` journals.
    ///
    /// # Errors
    /// When there would be none or too many.
    pub fn new(count: i16) -> Result<Self, BadJournals> {
        if (1..=Self::COUNT_MAX).contains(&count) {
            Ok(Self(count))
        } else {
            Err(BadJournals)
        }
    }

    /// How many.
    #[must_use]
    pub fn count(self) -> i16 {
        self.0
    }

    /// The journal of a tenant: the first eight bytes of the SHA-256 of the user's id, as a
    /// big-endian number, modulo the number of journals.
    #[must_use]
    pub fn of(self, user: UserId) -> JournalId {
        let digest = Sha256::digest(user.0.as_bytes());
        let number = digest
            .iter()
            .take(8)
            .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
        let journals = u64::try_from(self.0).unwrap_or(1);
        JournalId(i16::try_from(number % journals).unwrap_or(0))
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = JournalId> {
        (0..self.0).map(JournalId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_tenant_stays_in_its_journal_for_ever() {
        let journals = Journals::new(4).unwrap();

        let of = |user| journals.of(UserId(Uuid::from_u128(user))).0;

        assert_eq!([of(0), of(1), of(2)], [1, 3, 0]);
    }

    #[test]
    fn there_is_at_least_one_journal() {
        assert_eq!(Journals::new(0), Err(BadJournals));
    }
}
