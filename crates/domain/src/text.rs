//! Which characters a tenant's text may hold: one rule for all of them.
//!
//! A [`Line`](is_line) becomes a mail's header, a row of a list, a line of a terminal: nothing in it may
//! begin another line or order the terminal about. A [`Text`](is_text) may have lines of its own. Marks
//! that right-to-left writing needs (U+200E, U+200F, embeddings and isolates) may stand in both; the two
//! overrides show letters in another order than they are read in, and have no place in a line.
//!
//! The rule is for what comes in. Events that were stored before it are read as they are.

use std::ops::RangeInclusive;

/// Begins a new line in Unicode (UAX #14), beside the control characters.
const SEPARATORS: [char; 2] = ['\u{2028}', '\u{2029}'];
/// Left-to-right and right-to-left override (UAX #9).
const OVERRIDES: [char; 2] = ['\u{202d}', '\u{202e}'];
/// What may break or indent a line of a text.
const LAYOUT: [char; 3] = ['\n', '\r', '\t'];

/// Characters of which nothing is to be seen, and which change nothing around them: those of Unicode's
/// property `Default_Ignorable_Code_Point` but for joiners, variation selectors, tags and the marks of
/// direction, which emoji and some scripts are written with.
const INVISIBLE: [RangeInclusive<char>; 17] = [
    '\u{ad}'..='\u{ad}',
    '\u{34f}'..='\u{34f}',
    '\u{115f}'..='\u{1160}',
    '\u{17b4}'..='\u{17b5}',
    '\u{180b}'..='\u{180f}',
    '\u{200b}'..='\u{200b}',
    '\u{2060}'..='\u{2065}',
    '\u{206a}'..='\u{206f}',
    '\u{3164}'..='\u{3164}',
    '\u{feff}'..='\u{feff}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{fff0}'..='\u{fff8}',
    '\u{1bca0}'..='\u{1bca3}',
    '\u{1d173}'..='\u{1d17a}',
    '\u{e0000}'..='\u{e001f}',
    '\u{e0080}'..='\u{e00ff}',
    '\u{e01f0}'..='\u{e0fff}',
];

/// The first character of which nothing is to be seen. Texts that are compared, such as names, hold none:
/// two that look the same would be two.
///
/// ```
/// assert_eq!(domain::find_invisible("Q2\u{200b}"), Some('\u{200b}'));
/// assert_eq!(domain::find_invisible("Q2 👩\u{200d}💻"), None);
/// ```
#[must_use]
pub fn find_invisible(text: &str) -> Option<char> {
    let is_invisible = |letter: &char| INVISIBLE.iter().any(|range| range.contains(letter));
    text.chars()
        .find(|letter| !letter.is_ascii() && is_invisible(letter))
}

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
