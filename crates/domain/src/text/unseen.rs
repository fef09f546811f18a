//! Characters of which nothing is to be seen, and where some of them are needed.
//!
//! Two names that look the same must not be two. So a name has none of them but joiners, variation selectors
//! and tags where emoji and scripts are written with them, and marks of direction beside letters that
//! are read from right to left.

use std::ops::RangeInclusive;

type Ranges = [RangeInclusive<char>];

/// Those of Unicode's property `Default_Ignorable_Code_Point` that no name needs, and the marks of
/// annotations.
const INVISIBLE: &Ranges = &[
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
    '\u{fff0}'..='\u{fffb}',
    '\u{1bca0}'..='\u{1bca3}',
    '\u{1d173}'..='\u{1d17a}',
    '\u{e0000}'..='\u{e001f}',
    '\u{e0080}'..='\u{e00ff}',
    '\u{e01f0}'..='\u{e0fff}',
];
/// Drawn as nothing, though no property says so: the blank of Braille, the place of an object, blanks
/// of hieroglyphs, a note without a head, fillers and joiners of single scripts.
const SHAPELESS: &Ranges = &[
    '\u{2800}'..='\u{2800}',
    '\u{fdd0}'..='\u{fdef}',
    '\u{fffc}'..='\u{fffc}',
    '\u{1107f}'..='\u{1107f}',
    '\u{13441}'..='\u{13442}',
    '\u{16fe4}'..='\u{16fe4}',
    '\u{1bc9d}'..='\u{1bc9d}',
    '\u{1d159}'..='\u{1d159}',
];
const DIRECTIONS: &Ranges = &[
    '\u{61c}'..='\u{61c}',
    '\u{200e}'..='\u{200f}',
    '\u{202a}'..='\u{202e}',
    '\u{2066}'..='\u{2069}',
];
const RIGHT_TO_LEFT: &Ranges = &[
    '\u{5be}'..='\u{61b}',
    '\u{61d}'..='\u{8ff}',
    '\u{fb1d}'..='\u{fdcf}',
    '\u{fdf0}'..='\u{fdff}',
    '\u{fe70}'..='\u{fefc}',
    '\u{10800}'..='\u{10fff}',
    '\u{1e800}'..='\u{1efff}',
];
const SELECTORS: &Ranges = &['\u{fe00}'..='\u{fe0f}', '\u{e0100}'..='\u{e01ef}'];
const TAGS: &Ranges = &['\u{e0020}'..='\u{e007f}'];
const LAST_TAG: char = '\u{e007f}';
const BLACK_FLAG: char = '\u{1f3f4}';
const KEYCAP: char = '\u{20e3}';
const NON_JOINER: char = '\u{200c}';
const JOINER: char = '\u{200d}';
/// Emoji, and symbols that may be shown as emoji.
const SYMBOLS: &Ranges = &[
    '\u{a9}'..='\u{a9}',
    '\u{ae}'..='\u{ae}',
    '\u{203c}'..='\u{203c}',
    '\u{2049}'..='\u{2049}',
    '\u{2100}'..='\u{214f}',
    '\u{2190}'..='\u{27ff}',
    '\u{2900}'..='\u{2bff}',
    '\u{3030}'..='\u{3030}',
    '\u{303d}'..='\u{303d}',
    '\u{3297}'..='\u{3299}',
    '\u{1f000}'..='\u{1faff}',
];
/// Scripts whose letters join or stack.
const JOINING: &Ranges = &[
    '\u{620}'..='\u{dff}',
    '\u{f00}'..='\u{109f}',
    '\u{1700}'..='\u{18af}',
    '\u{1900}'..='\u{1cff}',
    '\u{a800}'..='\u{abff}',
    '\u{fb50}'..='\u{fdcf}',
    '\u{fe70}'..='\u{fefc}',
    '\u{10a00}'..='\u{10fff}',
    '\u{11000}'..='\u{11fff}',
    '\u{1e900}'..='\u{1e95f}',
];
/// Letters and signs with variants, beside [`SYMBOLS`].
const VARIED: &Ranges = &[
    '\u{1000}'..='\u{109f}',
    '\u{1820}'..='\u{18aa}',
    '\u{3001}'..='\u{9fff}',
    '\u{a840}'..='\u{a877}',
    '\u{f900}'..='\u{faff}',
    '\u{ff01}'..='\u{ff1f}',
    '\u{10ac0}'..='\u{10aff}',
    '\u{20000}'..='\u{3ffff}',
];

fn is_in(ranges: &Ranges, letter: char) -> bool {
    ranges.iter().any(|range| range.contains(&letter))
}

/// Whether a character is drawn as nothing though Unicode counts it among the visible ones, or is none.
///
/// ```
/// assert!(domain::is_shapeless('\u{2800}') && domain::is_shapeless('\u{ffff}'));
/// assert!(!domain::is_shapeless('a'));
/// ```
#[must_use]
pub fn is_shapeless(letter: char) -> bool {
    !letter.is_ascii() && (is_in(SHAPELESS, letter) || u32::from(letter) & 0xfffe == 0xfffe)
}

/// The first character of which nothing is to be seen and that is not needed where it is. Texts that
/// are compared, such as names, hold none: two that look the same would be two.
///
/// ```
/// assert_eq!(domain::find_invisible("Q2\u{200b}"), Some('\u{200b}'));
/// assert_eq!(domain::find_invisible("Q\u{200d}2"), Some('\u{200d}'));
/// assert_eq!(domain::find_invisible("Q2 👩\u{200d}💻"), None);
/// ```
#[must_use]
pub fn find_invisible(text: &str) -> Option<char> {
    if text.is_ascii() {
        return None;
    }
    let turns = text.chars().any(|letter| is_in(RIGHT_TO_LEFT, letter));
    let mut before = ['\0'; 2];
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let next = letters.peek().copied().unwrap_or('\0');
        let is_refused = is_in(INVISIBLE, letter)
            || is_shapeless(letter)
            || (is_in(DIRECTIONS, letter) && !turns)
            || !is_needed(before, letter, next);
        if is_refused {
            return Some(letter);
        }
        before = [before[1], letter];
    }
    None
}

/// Whether what changes the character before it does so here. Every other character is needed.
fn is_needed([first, last]: [char; 2], letter: char, next: char) -> bool {
    let base = if is_in(SELECTORS, last) { first } else { last };
    match letter {
        JOINER if is_in(SYMBOLS, base) => is_in(SYMBOLS, next),
        JOINER => is_in(JOINING, base),
        NON_JOINER => is_in(JOINING, base) && is_in(JOINING, next),
        '\u{fe0f}' if next == KEYCAP => last.is_ascii_digit() || matches!(last, '#' | '*'),
        '\u{fe00}'..='\u{fe0f}' => is_in(SYMBOLS, last) || is_in(VARIED, last),
        _ if is_in(SELECTORS, letter) => is_in(VARIED, last),
        LAST_TAG => is_in(TAGS, last) && last != LAST_TAG,
        _ if is_in(TAGS, letter) => {
            let is_begun = last == BLACK_FLAG || (is_in(TAGS, last) && last != LAST_TAG);
            is_begun && is_in(TAGS, next)
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_unseen_stands_beside_plain_letters() {
        let plain = [
            "Q2",
            "Näme",
            "Na\u{308}me",
            "Имя",
            "Όνομα",
            "名前",
            "שם",
            "ไทย",
            "👩",
            "❤",
        ];
        let unseen = "\u{200b}\u{200c}\u{200d}\u{fe0e}\u{fe0f}\u{2060}\u{2800}\u{fffc}\u{fff9}\
                      \u{fffa}\u{fffb}\u{1d159}\u{13441}\u{16fe4}\u{e0041}\u{e007f}\u{e0100}\u{ffff}";
        for letter in unseen.chars() {
            for name in plain {
                let behind = format!("{name}{letter}");
                let is_varied = name == "名前" && is_in(SELECTORS, letter);
                let is_emoji =
                    matches!(name, "👩" | "❤") && matches!(letter, '\u{fe0e}' | '\u{fe0f}');
                let is_shown = is_varied || is_emoji;
                assert_eq!(find_invisible(&behind).is_none(), is_shown, "{behind:?}");
                assert_eq!(find_invisible(&format!("{letter}{name}")), Some(letter));
            }
            assert_eq!(find_invisible(&format!("Q{letter}2")), Some(letter));
        }
        for letter in "\u{61c}\u{200e}\u{200f}\u{202a}\u{2066}\u{2067}\u{2068}\u{2069}".chars() {
            assert_eq!(find_invisible(&format!("Q2{letter} 👩")), Some(letter));
            assert_eq!(find_invisible(&format!("Q2{letter} שם")), None);
        }
        for twice in [
            "👩\u{200d}\u{200d}💻",
            "❤\u{fe0f}\u{fe0f}",
            "🏴\u{e0067}",
            "1\u{fe0f}",
        ] {
            assert!(find_invisible(twice).is_some(), "{twice:?}");
        }
    }

    #[test]
    fn emoji_and_scripts_have_what_they_are_written_with() {
        for name in [
            "👩\u{200d}💻",
            "🏳\u{fe0f}\u{200d}🌈 ❤\u{fe0f}\u{200d}🔥",
            "👩🏽\u{200d}⚕\u{fe0f}",
            "1\u{fe0f}\u{20e3} #\u{fe0f}\u{20e3}",
            "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
            "می\u{200c}خواهم",
            "क्\u{200d}ष",
            "葛\u{e0100}",
            "©\u{fe0f} 2026",
        ] {
            assert_eq!(find_invisible(name), None, "{name:?}");
        }
    }
}
