//! A hundred thousand writings fall into the classes that they were made of.
//!
//! An identity is made of parts, each with the writings that the rules (docs/PRIVACY.md) say are one: so the
//! class of a writing is known without asking the code. Parts are chosen so that two sequences of them
//! are never written the same.

use people::{email_key, linkedin_key};
use std::collections::HashMap;

/// Letters by class.
const LETTERS: [&[&str]; 15] = [
    &["a", "A", "ａ", "Ａ"],
    &["é", "É", "e\u{301}", "E\u{301}"],
    &["ss", "SS", "ß", "ẞ", "ſs"],
    &["σ", "ς", "Σ"],
    &["ı"],
    &["i", "I", "ｉ"],
    &["i\u{307}", "İ", "I\u{307}"],
    &["k", "K", "\u{212a}"],
    &["fi", "ﬁ", "FI"],
    &["1", "１", "①"],
    &["4", "４"],
    &["가", "\u{1100}\u{1161}"],
    &["я", "Я"],
    &["-"],
    &["_"],
];
const LABELS: [&[&str]; 6] = [
    &["example", "EXAMPLE", "ｅｘａｍｐｌｅ", "eXample"],
    &[
        "bücher",
        "BÜCHER",
        "bu\u{308}cher",
        "xn--bcher-kva",
        "XN--BCHER-KVA",
    ],
    &["straße", "STRAẞE", "xn--strae-oqa"],
    &["strasse", "STRASSE"],
    &["例え", "xn--r8jz45g"],
    &["faß", "xn--fa-hia"],
];
const INVISIBLE: [char; 16] = [
    '\u{feff}',
    '\u{200b}',
    '\u{ad}',
    '\u{200e}',
    '\u{202a}',
    '\u{2066}',
    '\u{fe0f}',
    '\u{e0041}',
    '\u{2060}',
    '\u{180e}',
    '\u{34f}',
    '\u{115f}',
    '\u{3164}',
    '\u{200d}',
    '\u{200c}',
    '\u{e0100}',
];
const SPACE: [&str; 6] = ["", " ", "\t", "\u{a0}", "\u{3000}", "\r\n"];
const HOSTS: [&[&str]; 3] = [
    &[
        "linkedin.com",
        "www.linkedin.com",
        "de.LinkedIn.com",
        "m.linkedin.com",
        "ｗｗｗ．ｌｉｎｋｅｄｉｎ．ｃｏｍ",
        "linkedin.com.",
        "www.linkedin。com",
        "%6cinkedin%2Ecom",
        "lin\u{212a}edin.com",
    ],
    &["example.com", "EXAMPLE.com."],
    &[
        "bücher.example",
        "xn--bcher-kva.example",
        "b%C3%BCcher.example",
    ],
];
/// In a path: what is escaped on purpose is not what it stands for.
const ESCAPED: [&[&str]; 6] = [
    &["%2f", "%2F"],
    &["%2b", "%2B"],
    &["+"],
    &["%25"],
    &["%ff", "%FF"],
    &["~", "%7e", "%7E"],
];
const KINDS: [&[&str]; 3] = [
    &[
        "/in/",
        "/%69n/",
        "/IN/",
        "//in//",
        "/x/../in/",
        "/./in/",
        "/mwlite/in/",
        "/mwlite/profile/in/",
    ],
    &["/pub/", "/PUB/", "/mwlite/pub/"],
    &["/company/", "/Company/"],
];

/// Splitmix64: the same writings each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let bound = u64::try_from(bound).unwrap();
        usize::try_from((mixed ^ (mixed >> 31)) % bound).unwrap()
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    /// With something invisible here and there, and space around it.
    fn dressed(&mut self, text: &str) -> String {
        let mut dressed = self.one_of(&SPACE).to_owned();
        for letter in text.chars() {
            if self.below(12) == 0 {
                dressed.push(self.one_of(&INVISIBLE));
            }
            dressed.push(letter);
        }
        dressed.push(self.one_of(&INVISIBLE));
        dressed + self.one_of(&SPACE)
    }

    /// With escapes in place of some letters.
    fn escaped(&mut self, text: &str) -> String {
        let mut escaped = String::new();
        for letter in text.chars() {
            if self.below(3) != 0 {
                escaped.push(letter);
                continue;
            }
            for byte in letter.to_string().bytes() {
                escaped += &match self.below(2) {
                    0 => format!("%{byte:02x}"),
                    _ => format!("%{byte:02X}"),
                };
            }
        }
        escaped
    }
}

/// Each class has one key, and each key one class.
#[derive(Default)]
struct Classes {
    keys: HashMap<Vec<usize>, String>,
    classes: HashMap<String, Vec<usize>>,
}

impl Classes {
    fn take(&mut self, class: Vec<usize>, writing: &str, key: Option<String>) {
        let key = key.unwrap_or_else(|| panic!("{writing:?} is no identity"));
        let known = self.keys.entry(class.clone()).or_insert(key.clone());
        assert_eq!(*known, key, "{writing:?}");
        let known = self.classes.entry(key).or_insert(class.clone());
        assert_eq!(*known, class, "{writing:?}");
    }
}

fn mailbox(chance: &mut Chance) -> (Vec<usize>, String) {
    let mut class = Vec::new();
    let mut writing = String::new();
    for _ in 0..=chance.below(3) {
        let letter = chance.below(LETTERS.len());
        class.push(letter);
        writing += chance.one_of(LETTERS[letter]);
    }
    (class, writing)
}

#[test]
fn fifty_thousand_addresses_are_as_many_as_they_were_made_of() {
    let mut chance = Chance(1);
    let mut classes = Classes::default();
    for _ in 0..50_000 {
        let (mut class, mut writing) = mailbox(&mut chance);
        writing += chance.one_of(&["@", "＠", "﹫"]);
        for _ in 0..=chance.below(2) {
            let label = chance.below(LABELS.len());
            class.push(100 + label);
            writing += chance.one_of(LABELS[label]);
            writing += chance.one_of(&[".", "。", "．", "｡"]);
        }
        writing += chance.one_of(&["com", "Com", "ｃｏｍ"]);
        writing += chance.one_of(&["", ".", "。"]);
        let writing = chance.dressed(&writing);

        classes.take(class, &writing, email_key(&writing));
    }
    assert!((1_000..40_000).contains(&classes.keys.len()));
}

#[test]
fn fifty_thousand_profiles_are_as_many_as_they_were_made_of() {
    let mut chance = Chance(2);
    let mut classes = Classes::default();
    for _ in 0..50_000 {
        let (host, kind) = (chance.below(HOSTS.len()), chance.below(KINDS.len()));
        // What LinkedIn alone does is asked of LinkedIn alone.
        let (start, tail) = match (host, kind) {
            (0, 0 | 1) => (
                chance.one_of(KINDS[kind]),
                chance.one_of(&[
                    "",
                    "/",
                    "//",
                    "/en",
                    "/fr-fr/",
                    "/detail/x/",
                    "/?locale=de_DE",
                    "#a?b",
                ]),
            ),
            _ => (
                KINDS[kind][0],
                chance.one_of(&["", "/", "//", "/.", "/x/..", "?trk=x/y", "/#a?b"]),
            ),
        };
        let (mut class, mut name) = mailbox(&mut chance);
        name = chance.escaped(&name);
        if chance.below(3) == 0 {
            let part = chance.below(ESCAPED.len());
            class.push(200 + part);
            name += chance.one_of(ESCAPED[part]);
            let (more, text) = mailbox(&mut chance);
            class.extend(more);
            name += &chance.escaped(&text);
        }
        class.extend([300 + host, 400 + kind]);
        let scheme = chance.one_of(&["", "http://", "https://", "HTTPS://", "//", "https:\\\\"]);
        let user = match scheme {
            "" => "",
            _ => chance.one_of(&["", "", "u@", "u:p@"]),
        };
        // `host://` would be another scheme.
        let ports = if scheme.is_empty() { 3 } else { 4 };
        let port = chance.one_of(&["", ":443", ":80", ":"][..ports]);
        let host = chance.one_of(HOSTS[host]);
        let writing = chance.dressed(&format!("{scheme}{user}{host}{port}{start}{name}{tail}"));

        classes.take(class, &writing, linkedin_key(&writing));
    }
    assert!((1_000..40_000).contains(&classes.keys.len()));
}
