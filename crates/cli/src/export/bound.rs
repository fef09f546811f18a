//! A bound of what is exported: a position, or an instant.

use chrono::{DateTime, Utc};
use std::str::FromStr;

/// Where an export begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// At the event of this position.
    Position(i64),
    /// At the first event that was recorded then or later.
    Instant(DateTime<Utc>),
}

/// Neither a position nor an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a position, or an instant as in 2026-04-22T09:05:00Z")]
pub struct NotABound;

impl FromStr for Bound {
    type Err = NotABound;

    fn from_str(text: &str) -> Result<Self, NotABound> {
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return text.parse().map(Self::Position).map_err(|_| NotABound);
        }
        DateTime::parse_from_rfc3339(text)
            .map(|at| Self::Instant(at.with_timezone(&Utc)))
            .map_err(|_| NotABound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_a_position_and_anything_else_is_an_instant_or_nothing() {
        let noon = "2026-04-22T12:00:00Z".parse().unwrap();

        assert_eq!("17".parse(), Ok(Bound::Position(17)));
        assert_eq!("2026-04-22T12:00:00Z".parse(), Ok(Bound::Instant(noon)));
        assert_eq!(
            "2026-04-22T14:00:00+02:00".parse(),
            Ok(Bound::Instant(noon))
        );
        for text in ["", "-1", "noon", "2026-04-22", "99999999999999999999"] {
            assert_eq!(text.parse::<Bound>(), Err(NotABound), "{text}");
        }
    }
}
