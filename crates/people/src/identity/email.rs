//! One form for all writings of an email address.
//!
//! The mailbox is folded (`letters`), the domain is that of DNS (`host`). Nothing that only one
//! provider does is done here: `a.da+news@gmail.com` is another address than `ada@gmail.com`.

use super::host::mail_host;
use super::letters::{compatible, folded, is_unfit, plain};

/// The longest mailbox, in bytes (RFC 5321, 4.5.3.1.1).
const MAILBOX_BYTES_MAX: usize = 64;
/// The longest address, in bytes: that of a path without its brackets (RFC 5321, 4.5.3.1.3).
const ADDRESS_BYTES_MAX: usize = 254;

/// What makes two email addresses the same. `None` when the text cannot be one address.
///
/// ```
/// use people::email_key;
///
/// assert_eq!(email_key(" Ada@Example.COM "), email_key("ada@example.com"));
/// assert_eq!(email_key("ada@bücher.example"), email_key("ada@XN--BCHER-KVA.example."));
/// assert_eq!(email_key("\u{feff}ada@example.com"), email_key("ada@example.com"));
/// assert_ne!(email_key("a.da@example.com"), email_key("ada@example.com"));
/// assert_eq!(email_key("<ada@example.com>"), None);
/// ```
#[must_use]
pub fn email_key(email: &str) -> Option<String> {
    let shown = compatible(&plain(email));
    if shown.trim().contains(is_unfit) {
        return None;
    }
    let (mailbox, host) = shown.trim().rsplit_once('@')?;
    let mailbox = folded(&unquoted(mailbox)?);
    let key = format!("{mailbox}@{}", mail_host(host)?);
    let fits = !mailbox.is_empty()
        && mailbox.chars().all(may_be_in_a_mailbox)
        && mailbox.len() <= MAILBOX_BYTES_MAX
        && key.len() <= ADDRESS_BYTES_MAX;
    fits.then_some(key)
}

/// A letter that needs no quotes (`atext` of RFC 5322 and RFC 6531), or a dot. Dots may be anywhere:
/// there are such mailboxes, whatever the grammar says.
fn may_be_in_a_mailbox(letter: char) -> bool {
    match letter {
        '.' => true,
        letter if letter.is_ascii() => {
            letter.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(letter)
        }
        letter => !is_unfit(letter),
    }
}

/// The mailbox without quotes, which say nothing where they are not needed (RFC 5321, 4.1.2).
fn unquoted(mailbox: &str) -> Option<String> {
    let inner = mailbox
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let Some(inner) = inner else {
        return Some(mailbox.to_owned());
    };
    let mut plain = String::with_capacity(inner.len());
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => plain.push(letters.next()?),
            letter => plain.push(letter),
        }
    }
    Some(plain)
}
