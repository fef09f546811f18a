//! The name of an effect: its journal and the position of the event that caused it.

use event_store::JournalId;
use std::fmt;
use std::str::FromStr;

/// An effect's id. On the wire: `<journal>-<position>`.
///
/// ```
/// let id: outbox::EffectId = "2-1234".parse().unwrap();
/// assert_eq!((id.journal.0, id.position, id.to_string().as_str()), (2, 1234, "2-1234"));
/// assert!("2-0".parse::<outbox::EffectId>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EffectId {
    /// Its journal.
    pub journal: JournalId,
    /// The position of its event, from 1.
    pub position: i64,
}

/// A text that is no effect's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an effect's id is its journal, a hyphen and its position, as in 2-1234")]
pub struct NotAnEffectId;

impl FromStr for EffectId {
    type Err = NotAnEffectId;

    fn from_str(text: &str) -> Result<Self, NotAnEffectId> {
        let (journal, position) = text.split_once('-').ok_or(NotAnEffectId)?;
        Ok(Self {
            journal: JournalId(number(journal).ok_or(NotAnEffectId)?),
            position: number(position)
                .filter(|position| 1 <= *position)
                .ok_or(NotAnEffectId)?,
        })
    }
}

/// Digits alone, so that every id is written in one way only.
fn number<Number: FromStr>(text: &str) -> Option<Number> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let leads = text.starts_with('0') && text != "0";
    if digits && !leads {
        text.parse().ok()
    } else {
        None
    }
}

impl fmt::Display for EffectId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.journal.0, self.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_written_in_one_way_only() {
        for bad in [
            "", "1", "1-", "-1", "1-0", "01-1", "1-01", "+1-1", "1--1", "a-1", "99999-1",
        ] {
            assert!(bad.parse::<EffectId>().is_err(), "{bad}");
        }
        assert_eq!("0-1".parse::<EffectId>().unwrap().to_string(), "0-1");
    }
}
