//! A key's two moments: made once ([`NewKey`]), and presented with every request
//! ([`PresentedKey`]).
//!
//! Only a new key holds its secret, in a [`SecretString`] that no `Debug` prints and that is wiped
//! when dropped. A presented key is hashed as it is parsed, and only the hash is kept. A [`Digest`]
//! cannot be compared with `==`: the only comparison it offers takes the same time wherever two
//! digests differ.

use std::fmt;
use std::str::FromStr;

use rand::CryptoRng;
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::holder::Owner;
use crate::prefix::{KeyPrefix, MalformedKey};

/// Hexadecimal digits of a key, after its scheme.
const DIGITS: usize = 64;

/// Characters of a whole key.
const CHARACTERS: usize = 8 + DIGITS;

/// SHA-256 of a whole key.
#[derive(Clone, Copy)]
pub(crate) struct Digest([u8; 32]);

impl Digest {
    fn of_key(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }

    /// The digest that was stored as these bytes, unless they are no digest.
    pub(crate) fn of_stored(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// Whether both are digests of one key; takes the same time either way.
    pub(crate) fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

/// A text that a client presented as its key, and that could be one. Whether it is,
/// [`Keyring`](crate::Keyring) says.
///
/// ```
/// let text = format!("pk_live_{}", "0123456789abcdef".repeat(4));
/// let key: keys::PresentedKey = text.parse()?;
///
/// assert_eq!(key.prefix().to_string(), "pk_live_0123456789abcdef");
/// assert!(!format!("{key:?}").contains("0123456789abcdef0123456789abcdef"));
/// # Ok::<(), keys::MalformedKey>(())
/// ```
#[derive(Clone, Copy)]
pub struct PresentedKey {
    prefix: KeyPrefix,
    digest: Digest,
}

impl PresentedKey {
    /// The part that identifies the key and may be logged.
    pub const fn prefix(&self) -> KeyPrefix {
        self.prefix
    }

    pub(crate) const fn digest(&self) -> &Digest {
        &self.digest
    }
}

impl FromStr for PresentedKey {
    type Err = MalformedKey;

    fn from_str(text: &str) -> Result<Self, MalformedKey> {
        let prefix = KeyPrefix::of_text(text, DIGITS)?;
        Ok(Self {
            prefix,
            digest: Digest::of_key(text),
        })
    }
}

impl fmt::Debug for PresentedKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PresentedKey")
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

/// A key that was just made: to be stored with [`create`](crate::create()), and then shown to its
/// owner once.
pub struct NewKey {
    owner: Owner,
    prefix: KeyPrefix,
    digest: Digest,
    secret: SecretString,
}

impl NewKey {
    /// Makes a key from 256 random bits, 64 of which its prefix shows.
    pub fn generate(owner: Owner, random: &mut impl CryptoRng) -> Self {
        let prefix = KeyPrefix::new(owner.kind(), random.next_u64());
        let hidden = Zeroizing::new([random.next_u64(), random.next_u64(), random.next_u64()]);
        let mut text = String::with_capacity(CHARACTERS);
        text.push_str(&prefix.to_string());
        for number in hidden.iter() {
            text.push_str(&Zeroizing::new(format!("{number:016x}")));
        }
        Self {
            owner,
            prefix,
            digest: Digest::of_key(&text),
            secret: SecretString::from(text),
        }
    }

    /// Whom the key is for.
    pub const fn owner(&self) -> Owner {
        self.owner
    }

    /// The part that identifies the key and may be logged.
    pub const fn prefix(&self) -> KeyPrefix {
        self.prefix
    }

    /// The whole key, for its owner's eyes, once it is stored.
    pub const fn secret(&self) -> &SecretString {
        &self.secret
    }

    pub(crate) const fn digest(&self) -> &Digest {
        &self.digest
    }
}

impl fmt::Debug for NewKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("NewKey")
            .field("owner", &self.owner)
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;
    use secrecy::ExposeSecret as _;
    use uuid::Uuid;

    use super::*;
    use crate::Kind;

    const DIGITS_OF_A_KEY: &str =
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn both_kinds_of_key_are_read() {
        let public: PresentedKey = format!("pk_live_{DIGITS_OF_A_KEY}").parse().unwrap();
        let internal: PresentedKey = format!("ik_live_{DIGITS_OF_A_KEY}").parse().unwrap();

        assert_eq!(
            (public.prefix().kind(), internal.prefix().kind()),
            (Kind::Public, Kind::Internal)
        );
        assert_eq!(public.prefix().to_string(), "pk_live_0123456789abcdef");
    }

    #[test]
    fn what_cannot_be_a_key_is_refused_with_the_reason() {
        let refused = |text: &str| text.parse::<PresentedKey>().unwrap_err();

        assert_eq!(refused(DIGITS_OF_A_KEY), MalformedKey::UnknownScheme);
        assert_eq!(
            refused(&format!("pk_test_{DIGITS_OF_A_KEY}")),
            MalformedKey::UnknownScheme
        );
        assert_eq!(
            refused(&format!(" pk_live_{DIGITS_OF_A_KEY}")),
            MalformedKey::UnknownScheme
        );
        assert_eq!(
            refused("pk_live_0123456789abcdef"),
            MalformedKey::WrongLength
        );
        assert_eq!(
            refused(&format!("pk_live_{DIGITS_OF_A_KEY}\n")),
            MalformedKey::WrongLength
        );
        assert_eq!(
            refused(&format!("pk_live_{}", DIGITS_OF_A_KEY.to_uppercase())),
            MalformedKey::NotHexadecimal
        );
        assert_eq!(
            refused(&format!("pk_live_{}", "é".repeat(32))),
            MalformedKey::NotHexadecimal
        );
    }

    #[test]
    fn a_new_key_is_read_as_itself() {
        let made = NewKey::generate(Owner::User(Uuid::nil()), &mut StdRng::seed_from_u64(1));

        let text = made.secret().expose_secret();
        let presented: PresentedKey = text.parse().unwrap();

        assert_eq!(text.len(), 72);
        assert!(text.starts_with(&made.prefix().to_string()));
        assert_eq!(presented.prefix(), made.prefix());
        assert!(presented.digest().matches(made.digest()));
    }

    #[test]
    fn no_two_new_keys_are_alike() {
        let mut random = StdRng::seed_from_u64(2);

        let one = NewKey::generate(Owner::Internal, &mut random);
        let other = NewKey::generate(Owner::Internal, &mut random);

        assert_ne!(one.prefix(), other.prefix());
        assert!(!one.digest().matches(other.digest()));
    }

    #[test]
    fn what_is_stored_is_the_sha_256_of_the_whole_key() {
        let presented: PresentedKey = format!("pk_live_{DIGITS_OF_A_KEY}").parse().unwrap();

        let digest: String = presented
            .digest()
            .as_bytes()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();

        assert_eq!(
            digest,
            "126428cdc7be5f4d811b87845d735e31b78c0f2af0863e33f99a8c068a051eb0"
        );
    }

    #[test]
    fn digests_match_only_when_every_bit_does() {
        let digest = Digest([0x5a; 32]);

        for bit in 0..256_usize {
            let mut altered = digest.0;
            altered[bit / 8] ^= 1 << (bit % 8);

            assert!(!digest.matches(&Digest(altered)), "bit {bit} was ignored");
        }
        assert!(digest.matches(&digest.clone()));
    }

    #[test]
    fn a_stored_digest_of_another_length_is_none() {
        assert!(Digest::of_stored(&[0; 31]).is_none());
        assert!(Digest::of_stored(&[0; 33]).is_none());
        assert!(Digest::of_stored(&[0; 32]).is_some());
    }

    #[test]
    fn no_debug_output_shows_a_secret_or_its_digest() {
        let made = NewKey::generate(Owner::User(Uuid::nil()), &mut StdRng::seed_from_u64(3));
        let presented: PresentedKey = made.secret().expose_secret().parse().unwrap();

        for shown in [format!("{made:?}"), format!("{presented:?}")] {
            assert!(shown.contains(&made.prefix().to_string()));
            assert!(
                shown.len() < 110,
                "it shows more than an owner and a prefix: {shown}"
            );
        }
    }
}
