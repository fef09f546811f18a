//! One form for all writings of letters: `NFKC_Casefold` of the Unicode Standard (definition R5).
//!
//! Compatibility forms (full-width letters, ligatures) become their plain ones, composed and decomposed
//! letters the composed ones, upper and lower case one case by full case folding (`ß` is `ss`, a final
//! sigma a sigma, `ı` stays what it is), and what is not shown is left out (the property
//! `Default_Ignorable_Code_Point`: zero-width and direction marks, the soft hyphen, variation
//! selectors, tags, a byte order mark).

use domain::is_shapeless;
use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory};
use icu_properties::{CodePointMapData, CodePointSetData};
use unicase::UniCase;
use unicode_normalization::UnicodeNormalization as _;

/// Folding what was folded and composed changes it once more at most.
const ROUNDS_MAX: usize = 4;

/// Whether a character is not shown, and makes no difference.
pub(crate) fn is_invisible(letter: char) -> bool {
    !letter.is_ascii() && CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(letter)
}

/// Whether a character cannot be within an address: white space, a control character, one of format or
/// of private use, or one that is drawn as nothing.
pub(crate) fn is_unfit(letter: char) -> bool {
    if letter.is_ascii() {
        return letter.is_ascii_whitespace() || letter.is_ascii_control();
    }
    let category = CodePointMapData::<GeneralCategory>::new().get(letter);
    letter.is_whitespace()
        || is_shapeless(letter)
        || matches!(
            category,
            GeneralCategory::Control
                | GeneralCategory::Format
                | GeneralCategory::PrivateUse
                | GeneralCategory::SpaceSeparator
                | GeneralCategory::LineSeparator
                | GeneralCategory::ParagraphSeparator
        )
}

/// `text` without what is not shown, and without white space around what is.
pub(crate) fn plain(text: &str) -> String {
    if text.is_ascii() {
        return text.trim().to_owned();
    }
    let shown: String = text.chars().filter(|it| !is_invisible(*it)).collect();
    shown.trim().to_owned()
}

/// The form in which texts that differ in nothing but their writing are equal.
pub(crate) fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = fold(text);
    for _ in 0..ROUNDS_MAX {
        let again = fold(&folded);
        if again == folded {
            break;
        }
        folded = again;
    }
    folded
}

/// Compatibility forms in place of what they stand for.
pub(crate) fn compatible(text: &str) -> String {
    text.nfkc().collect()
}

fn fold(text: &str) -> String {
    let apart: String = text.nfkd().filter(|it| !is_invisible(*it)).collect();
    let lower = UniCase::unicode(apart).to_folded_case();
    lower.nfkc().filter(|it| !is_invisible(*it)).collect()
}
