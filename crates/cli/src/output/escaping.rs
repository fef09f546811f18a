//! How text from outside is shown: nothing in it moves the cursor, hides, or begins a line.
//!
//! Names, reasons, bodies, labels, error texts and file names come from tenants, callers, providers and
//! the machine. [`escape`] replaces what a terminal acts upon or a reader cannot see: control characters
//! (C0, DEL, C1), the ends of lines, characters that turn the direction of writing, and characters without
//! a shape. What is left is on one line and looks as it is. Escaping what is escaped changes nothing.
//!
//! JSON gets the escapes of JSON ([`JsonGuard`]): the value stays the same.

use domain::is_shapeless;
use std::borrow::Cow;
use std::io::{self, ErrorKind, Write};
use std::ops::RangeInclusive;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Characters without a shape that Unicode does not count as controls or formats: joiners, fillers,
/// vowels that are not drawn, selectors of variants beyond the first sixteen.
const SHAPELESS: [RangeInclusive<char>; 10] = [
    '\u{34f}'..='\u{34f}',
    '\u{115f}'..='\u{1160}',
    '\u{17b4}'..='\u{17b5}',
    '\u{180b}'..='\u{180f}',
    '\u{2060}'..='\u{206f}',
    '\u{3164}'..='\u{3164}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{fff0}'..='\u{fffb}',
    '\u{1bca0}'..='\u{1bca3}',
    '\u{e0000}'..='\u{e0fff}',
];

/// Text of anybody's, safe to be shown on one line.
#[must_use]
pub fn escape(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_escaped) {
        Cow::Owned(text.chars().fold(String::new(), put))
    } else {
        Cow::Borrowed(text)
    }
}

/// Whether a character is not shown as it is.
pub(super) fn is_escaped(character: char) -> bool {
    if matches!(character, ' '..='~') {
        return false;
    }
    let unseen = matches!(
        character.general_category(),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::PrivateUse
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
    );
    unseen || is_shapeless(character) || SHAPELESS.iter().any(|range| range.contains(&character))
}

pub(super) fn put(mut shown: String, character: char) -> String {
    match character {
        '\n' => shown.push_str("\\n"),
        '\r' => shown.push_str("\\r"),
        '\t' => shown.push_str("\\t"),
        _ if is_escaped(character) => shown.extend(character.escape_unicode()),
        _ => shown.push(character),
    }
    shown
}

/// Writes JSON so that a terminal shows it as it is. What is escaped can only be inside of a string,
/// because outside of strings JSON has no such character but blanks, which stay.
pub(super) struct JsonGuard<W>(pub W);

impl<W: Write> Write for JsonGuard<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = std::str::from_utf8(bytes)
            .map_err(|error| io::Error::new(ErrorKind::InvalidData, error))?;
        self.0.write_all(escape_json(text).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// JSON of the same value, safe to be shown.
pub(super) fn escape_json(json: &str) -> Cow<'_, str> {
    let is_changed = |next: char| is_escaped(next) && !matches!(next, '\n' | '\r' | '\t');
    if !json.chars().any(is_changed) {
        return Cow::Borrowed(json);
    }
    let mut shown = String::with_capacity(json.len());
    for next in json.chars() {
        if is_changed(next) {
            let mut units = [0; 2];
            let escapes = next.encode_utf16(&mut units).iter();
            shown.extend(escapes.map(|unit| format!("\\u{unit:04x}")));
        } else {
            shown.push(next);
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// What no text may bring to a terminal, a character a kind.
    const UNSAFE: [char; 32] = [
        '\u{0}',
        '\u{7}',
        '\u{8}',
        '\t',
        '\n',
        '\r',
        '\u{1b}',
        '\u{7f}',
        '\u{85}',
        '\u{90}',
        '\u{9b}',
        '\u{9d}',
        '\u{ad}',
        '\u{61c}',
        '\u{180e}',
        '\u{200b}',
        '\u{200d}',
        '\u{200e}',
        '\u{2028}',
        '\u{2029}',
        '\u{202e}',
        '\u{2060}',
        '\u{2066}',
        '\u{3164}',
        '\u{feff}',
        '\u{fff9}',
        '\u{e0041}',
        '\u{2800}',
        '\u{fffc}',
        '\u{1d159}',
        '\u{e000}',
        '\u{ffff}',
    ];

    #[test]
    fn text_keeps_its_letters_and_loses_what_a_terminal_acts_upon() {
        let title = "\u{1b}]0;owned\u{7}Zoë\r\nforged\u{202e}";

        assert_eq!(
            escape(title),
            "\\u{1b}]0;owned\\u{7}Zoë\\r\\nforged\\u{202e}"
        );
        for plain in ["Zoë ❤️ 日本語 العربية 🇫🇷", "a \\n b", "C:\\new"] {
            assert!(matches!(escape(plain), Cow::Borrowed(same) if same == plain));
        }
    }

    #[test]
    fn every_character_that_hides_or_moves_is_escaped_once() {
        for character in UNSAFE {
            let once = escape(&character.to_string()).into_owned();

            assert!(
                once.starts_with('\\') && once.is_ascii(),
                "{character:?}: {once}"
            );
            assert_eq!(escape(&once), once);
        }
    }

    #[test]
    fn json_stays_the_same_value() {
        let text: String = UNSAFE.iter().collect();
        let value = json!({ text.clone(): [text, "😀", "a\\u0041"] });

        for json in [value.to_string(), format!("{value:#}")] {
            let shown = escape_json(&json);

            assert!(
                shown.chars().all(|next| next == '\n' || !is_escaped(next)),
                "{shown}"
            );
            assert_eq!(serde_json::from_str::<Value>(&shown).unwrap(), value);
        }
    }
}
