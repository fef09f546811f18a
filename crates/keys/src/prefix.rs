//! The part of a key that identifies it and may be seen: its kind and its first 16 digits.
//!
//! A [`KeyPrefix`] is stored as what it says (a kind and a 64-bit number), so one that does not
//! look like a prefix cannot be made. Written out it has 24 characters. Both the prefix and the
//! whole key are read by the one function here that knows the two schemes.

use std::fmt;
use std::str::FromStr;

/// Digits of a key that its prefix shows.
const DIGITS_SHOWN: usize = 16;

/// What a key opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The public API, for one user's campaigns.
    Public,
    /// The internal listener: engine, admin and metrics paths.
    Internal,
}

impl Kind {
    /// The kind's stable name, as the database stores it: `public` or `internal`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
        }
    }

    /// What every key of this kind begins with.
    pub(crate) const fn scheme(self) -> &'static str {
        match self {
            Self::Public => "pk_live_",
            Self::Internal => "ik_live_",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A key's first 24 characters: they identify the key, and may be logged.
///
/// ```
/// let prefix: keys::KeyPrefix = "pk_live_00c0ffee00c0ffee".parse()?;
///
/// assert_eq!(prefix.kind(), keys::Kind::Public);
/// assert_eq!(prefix.to_string(), "pk_live_00c0ffee00c0ffee");
/// # Ok::<(), keys::MalformedKey>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyPrefix {
    kind: Kind,
    number: u64,
}

impl KeyPrefix {
    /// The prefix of a key whose first 16 digits write `number`.
    pub(crate) const fn new(kind: Kind, number: u64) -> Self {
        Self { kind, number }
    }

    /// The kind of key that this prefix belongs to.
    pub const fn kind(self) -> Kind {
        self.kind
    }

    /// The 16 digits as the number they write, for choosing among equals.
    pub(crate) const fn number(self) -> u64 {
        self.number
    }

    /// Reads a text of one scheme and exactly `digits` digits, at least those that a prefix shows.
    pub(crate) fn of_text(text: &str, digits: usize) -> Result<Self, MalformedKey> {
        let (kind, rest) = [Kind::Public, Kind::Internal]
            .into_iter()
            .find_map(|kind| text.strip_prefix(kind.scheme()).map(|rest| (kind, rest)))
            .ok_or(MalformedKey::UnknownScheme)?;
        if rest.len() != digits {
            return Err(MalformedKey::WrongLength);
        }
        if !rest
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        {
            return Err(MalformedKey::NotHexadecimal);
        }
        let shown = rest.get(..DIGITS_SHOWN).ok_or(MalformedKey::WrongLength)?;
        let number = u64::from_str_radix(shown, 16).map_err(|_| MalformedKey::NotHexadecimal)?;
        Ok(Self { kind, number })
    }
}

impl FromStr for KeyPrefix {
    type Err = MalformedKey;

    fn from_str(text: &str) -> Result<Self, MalformedKey> {
        Self::of_text(text, DIGITS_SHOWN)
    }
}

impl fmt::Display for KeyPrefix {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{:016x}", self.kind.scheme(), self.number)
    }
}

impl fmt::Debug for KeyPrefix {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// Why a text is no key, or no prefix of one. It never quotes the text, which may be a secret with
/// a typing error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MalformedKey {
    /// It begins with neither scheme.
    #[error("a key begins with pk_live_ or ik_live_")]
    UnknownScheme,
    /// A key has 64 digits after its scheme; a prefix has 16.
    #[error("a key has 64 digits after its scheme, and a key's prefix 16")]
    WrongLength,
    /// Something else than `0` to `9` and `a` to `f` follows the scheme.
    #[error("a key's digits are 0 to 9 and a to f, in lower case")]
    NotHexadecimal,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_written_as_it_was_read() {
        for text in [
            "pk_live_0000000000000000",
            "ik_live_ffffffffffffffff",
            "pk_live_00c0ffee00c0ffee",
        ] {
            let prefix: KeyPrefix = text.parse().unwrap();

            assert_eq!(prefix.to_string(), text);
            assert_eq!(prefix.to_string().len(), 24);
        }
    }

    #[test]
    fn what_is_no_prefix_is_refused_with_the_reason() {
        let refused = |text: &str| text.parse::<KeyPrefix>().unwrap_err();

        assert_eq!(refused(""), MalformedKey::UnknownScheme);
        assert_eq!(
            refused("PK_LIVE_0123456789abcdef"),
            MalformedKey::UnknownScheme
        );
        assert_eq!(
            refused("pk_live_0123456789abcde"),
            MalformedKey::WrongLength
        );
        assert_eq!(
            refused("pk_live_0123456789abcdef0"),
            MalformedKey::WrongLength
        );
        assert_eq!(
            refused("pk_live_0123456789ABCDEF"),
            MalformedKey::NotHexadecimal
        );
        assert_eq!(
            refused("pk_live_+123456789abcdef"),
            MalformedKey::NotHexadecimal
        );
    }
}
