//! Which characters a tenant's text may hold: one rule for all of them.
//!
//! A [`Line`](is_line) becomes a mail's header, a row of a list, a line of a terminal: nothing in it may
//! begin another line or order the terminal about. A [`Text`](is_text) may have lines of its own. Marks
//! that right-to-left writing needs (U+200E, U+200F, embeddings and isolates) may stand in both; the two
//! overrides show letters in another order than they are read in, and have no place in a line.
//!
//! The rule is for what comes in. Events that were stored before it are read as they are.

mod unseen;

pub use unseen::{find_invisible, is_shapeless};

/// Begins a new line in Unicode (UAX #14), beside the control characters.
const SEPARATORS: [char; 2] = ['\u{2028}', '\u{2029}'];
/// Left-to-right and right-to-left override (UAX #9).
const OVERRIDES: [char; 2] = ['\u{202d}', '\u{202e}'];
/// What may break or indent a line of a text.
const LAYOUT: [char; 3] = ['\n', '\r', '\t'];

/// Whether a text is one line: without control characters, line or paragraph separators, and
/// overrides of the direction.
///
/// ```
/// assert!(domain::is_line("Ángela, 李, שלום"));
/// assert!(!domain::is_line("Hello\r\nBcc: everyone@example.com"));
/// ```
#[must_use]
pub fn is_line(text: &str) -> bool {
    let is_unfit = |letter: char| {
        letter.is_control() || SEPARATORS.contains(&letter) || OVERRIDES.contains(&letter)
    };
    !text.contains(is_unfit)
}

/// Whether a text has no control characters but line breaks and tabs.
///
/// ```
/// assert!(domain::is_text("Hello,\r\n\tyours"));
/// assert!(!domain::is_text("\u{1b}[2J"));
/// ```
#[must_use]
pub fn is_text(text: &str) -> bool {
    !text.contains(|letter: char| letter.is_control() && !LAYOUT.contains(&letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_nothing_that_begins_another_one() {
        for unfit in [
            '\0', '\t', '\n', '\u{b}', '\u{c}', '\r', '\u{1b}', '\u{7f}', '\u{85}', '\u{9b}',
            '\u{2028}', '\u{2029}', '\u{202d}', '\u{202e}',
        ] {
            assert!(!is_line(&format!("a{unfit}b")), "{unfit:?}");
        }
        for fit in [
            ' ', '\u{a0}', '\u{200f}', '\u{202b}', '\u{2067}', '\u{fe0f}', '𝄐',
        ] {
            assert!(is_line(&format!("a{fit}b")), "{fit:?}");
        }
    }

    #[test]
    fn a_text_has_lines_and_no_other_control_characters() {
        for unfit in [
            '\0', '\u{8}', '\u{b}', '\u{c}', '\u{1b}', '\u{7f}', '\u{85}', '\u{9b}',
        ] {
            assert!(!is_text(&format!("a{unfit}b")), "{unfit:?}");
        }
        for fit in ['\n', '\r', '\t', '\u{2028}', '\u{202e}'] {
            assert!(is_text(&format!("a{fit}b")), "{fit:?}");
        }
    }
}
