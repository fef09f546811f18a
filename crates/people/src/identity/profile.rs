//! One form for all writings of a LinkedIn profile's URL.
//!
//! By RFC 3986, section 6.2: host and path alone, without scheme, user, default port, query and fragment;
//! escapes are read where they stand for letters, digits, `-`, `.`, `_`, `~` or anything beyond ASCII, once,
//! and kept where they stand for anything else (`%2F` is no slash); dot segments are followed. What is not
//! shown, or cannot be in an address, is that whether it is escaped or not. Letters
//! are folded (`letters`). Of LinkedIn, the hosts of all countries and devices are one, and what follows
//! a person's name in the path is left out.

use super::host::domain;
use super::letters::{folded, is_invisible, is_unfit, plain};
use std::fmt::Write as _;

const LINKEDIN: &str = "linkedin.com";
/// Ports that say no more than the scheme.
const DEFAULT_PORTS: [u16; 2] = [80, 443];

/// What makes two LinkedIn URLs the same profile. `None` when the text cannot be the URL of one.
///
/// ```
/// use people::linkedin_key;
///
/// let key = linkedin_key("https://www.LinkedIn.com/in/Jos%C3%A9/en?trk=x");
/// assert_eq!(key.as_deref(), Some("linkedin.com/in/josé"));
/// assert_eq!(linkedin_key("https://linkedin.com/in/"), None);
/// ```
#[must_use]
pub fn linkedin_key(url: &str) -> Option<String> {
    let shown = plain(&laid_open(url));
    if shown.contains(is_unfit) {
        return None;
    }
    key_of(&shown).filter(|key| !opened(key).contains(is_unfit))
}

/// `url` with what is not shown, or cannot be in an address, in place of its escapes. A query that is
/// left out stays as it is.
pub(crate) fn laid_open(url: &str) -> String {
    let (address, behind) = url.split_at(url.find(['?', '#']).unwrap_or(url.len()));
    opened(address) + behind
}

fn opened(text: &str) -> String {
    let mut open = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let (bytes, behind) = escapes(rest);
        let written = rest.get(..rest.len() - behind.len()).unwrap_or_default();
        let mut place = 0;
        for chunk in bytes.utf8_chunks() {
            let letters = chunk.valid().chars().map(|it| (Some(it), it.len_utf8()));
            for (letter, length) in letters.chain(chunk.invalid().iter().map(|_| (None, 1))) {
                // An escape has three characters.
                let escape = written.get(place * 3..(place + length) * 3);
                place += length;
                match letter {
                    Some(letter) if is_unfit(letter) || is_invisible(letter) => open.push(letter),
                    _ => open.push_str(escape.unwrap_or_default()),
                }
            }
        }
        let mut letters = behind.chars();
        open.extend(letters.next());
        rest = letters.as_str();
    }
    open
}

fn key_of(shown: &str) -> Option<String> {
    let bare = shown.split('#').next().unwrap_or_default();
    let (address, query) = bare.split_once('?').unwrap_or((bare, ""));
    let address = address.replace('\\', "/");
    let bare = without_scheme(&address);
    let (authority, path) = bare.split_once('/')?;
    let has_scheme = bare.len() < address.len();
    let is_of_another = !has_scheme && authority.ends_with(':') && path.starts_with('/');
    // Several have a scheme within.
    if is_of_another || path.contains("://") {
        return None;
    }
    let host = authority_key(authority)?;
    let segments = segments(path);
    if host != LINKEDIN {
        let path = segments.join("/");
        let path = path.trim_matches('/');
        return (!path.is_empty()).then(|| format!("{host}/{path}"));
    }
    let named: Vec<&str> = segments.iter().map(String::as_str).collect();
    let named: Vec<&str> = named.into_iter().filter(|it| !it.is_empty()).collect();
    profile(&named, query).map(|profile| format!("{host}/{profile}"))
}

fn without_scheme(address: &str) -> &str {
    let scheme = ["https:", "http:"].into_iter().find(|scheme| {
        let start = address.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    });
    match scheme {
        Some(scheme) => address
            .get(scheme.len()..)
            .unwrap_or_default()
            .trim_start_matches('/'),
        None => address.strip_prefix("//").unwrap_or(address),
    }
}

/// The host, with a port that says anything. A name without a dot is none: `in/ada` is no URL.
fn authority_key(authority: &str) -> Option<String> {
    let (_user, place) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (host, port) = place.rsplit_once(':').unwrap_or((place, ""));
    let port = match port {
        "" => None,
        port => Some(port.parse::<u16>().ok()?),
    };
    let host = domain(&unescaped(host)?)?;
    let host = match host.strip_suffix(LINKEDIN) {
        Some(sub) if sub.is_empty() || sub.ends_with('.') => LINKEDIN.to_owned(),
        _ if host.contains('.') => host,
        _ => return None,
    };
    Some(match port.filter(|port| !DEFAULT_PORTS.contains(port)) {
        Some(port) => format!("{host}:{port}"),
        None => host,
    })
}

/// The path of a person, without what is not the person.
fn profile(segments: &[&str], query: &str) -> Option<String> {
    match segments {
        ["mwlite", "profile", rest @ ..] | ["mwlite", rest @ ..] => profile(rest, query),
        [] | ["in" | "pub" | "profile"] => None,
        // Several.
        ["in" | "pub", name, ..] if name.contains([',', ';']) => None,
        ["in", name, ..] => Some(format!("in/{name}")),
        // A name of before, told from others of the same by three numbers.
        ["pub", name, a, b, c, ..] if [a, b, c].into_iter().all(|it| is_number(it)) => {
            Some(format!("pub/{name}/{a}/{b}/{c}"))
        }
        ["pub", name, ..] => Some(format!("pub/{name}")),
        ["profile", "view", ..] => {
            let mut named = query.split('&').filter_map(|one| one.split_once('='));
            let (_, id) = named.find(|(name, _)| unescaped(name).as_deref() == Some("id"))?;
            let id = segment(&plain(&opened(id)));
            (!id.is_empty()).then(|| format!("profile/view?id={id}"))
        }
        // Behind the comma is where it was found.
        ["sales", kind @ ("lead" | "people"), id, ..] => {
            let id = id.split(',').next().unwrap_or_default();
            (!id.is_empty()).then(|| format!("sales/{kind}/{id}"))
        }
        others => Some(others.join("/")),
    }
}

fn is_number(text: &str) -> bool {
    (1..=3).contains(&text.len()) && text.chars().all(|it| it.is_ascii_hexdigit())
}

/// The segments of a path without those that only say where to go from there.
fn segments(path: &str) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for one in path.split('/').map(segment) {
        match one.as_str() {
            "." => {}
            ".." => {
                kept.pop();
            }
            _ => kept.push(one),
        }
    }
    kept
}

/// A segment in its one writing.
fn segment(text: &str) -> String {
    let mut key = Key::default();
    let mut rest = text;
    while !rest.is_empty() {
        let (escaped, behind) = escapes(rest);
        key.take_bytes(&escaped);
        let mut letters = behind.chars();
        if let Some(letter) = letters.next() {
            key.letters.push(letter);
        }
        rest = letters.as_str();
    }
    key.flush();
    key.text
}

/// A host or the name of a parameter without escapes. `None` when they are not UTF-8.
fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let (escaped, behind) = escapes(rest);
        bytes.extend(escaped);
        let mut letters = behind.chars();
        if let Some(letter) = letters.next() {
            bytes.extend(letter.encode_utf8(&mut [0; 4]).bytes());
        }
        rest = letters.as_str();
    }
    String::from_utf8(bytes).ok()
}

/// The bytes of the escapes at the beginning, and what is behind them.
fn escapes(text: &str) -> (Vec<u8>, &str) {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(behind) = rest.strip_prefix('%')
        && let Some(digits) = behind.get(..2)
        && digits.chars().all(|it| it.is_ascii_hexdigit())
        && let Ok(byte) = u8::from_str_radix(digits, 16)
    {
        bytes.push(byte);
        rest = behind.get(2..).unwrap_or_default();
    }
    (bytes, rest)
}

/// A segment under way: letters that were read and not folded yet, and what is before them.
#[derive(Default)]
struct Key {
    text: String,
    letters: String,
}

impl Key {
    fn take_bytes(&mut self, bytes: &[u8]) {
        for chunk in bytes.utf8_chunks() {
            for letter in chunk.valid().chars() {
                let is_read =
                    !letter.is_ascii() || letter.is_ascii_alphanumeric() || "-._~".contains(letter);
                if is_read {
                    self.letters.push(letter);
                } else {
                    self.flush();
                    self.escape(letter);
                }
            }
            for byte in chunk.invalid() {
                self.flush();
                self.escape_byte(*byte);
            }
        }
    }

    fn flush(&mut self) {
        for letter in folded(&std::mem::take(&mut self.letters)).chars() {
            if "%/?#\\".contains(letter) || is_unfit(letter) {
                self.escape(letter);
            } else {
                self.text.push(letter);
            }
        }
    }

    fn escape(&mut self, letter: char) {
        for byte in letter.encode_utf8(&mut [0; 4]).bytes() {
            self.escape_byte(byte);
        }
    }

    fn escape_byte(&mut self, byte: u8) {
        // A String takes everything.
        let _ = write!(self.text, "%{byte:02x}");
    }
}
