//! The place of an event: its journal and its position, as in `2-1234`.

use std::str::FromStr;

/// The place of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The journal, if it is said.
    pub journal: Option<i16>,
    /// The position.
    pub position: i64,
}

/// Not the place of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a journal and a position, as in 2-1234, or a position")]
pub struct NotAPlace;

impl FromStr for Place {
    type Err = NotAPlace;

    fn from_str(text: &str) -> Result<Self, NotAPlace> {
        let (journal, position) = match text.split_once('-') {
            Some((journal, position)) => (Some(number(journal)?), position),
            None => (None, text),
        };
        Ok(Self {
            journal,
            position: number(position)?,
        })
    }
}

/// Digits alone: no sign.
fn number<Number: FromStr>(text: &str) -> Result<Number, NotAPlace> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number).ok_or(NotAPlace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_a_position_and_perhaps_a_journal() {
        let place = |journal, position| Ok(Place { journal, position });

        assert_eq!("2-1234".parse(), place(Some(2), 1234));
        assert_eq!("1234".parse(), place(None, 1234));
        for text in ["", "-", "2-", "-7", "+7", "2-+7", "a-1", "40000-1", "1-2-3"] {
            assert_eq!(text.parse::<Place>(), Err(NotAPlace), "{text}");
        }
    }
}
