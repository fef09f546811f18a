//! Message authentication with a key that only its holder has whole: HMAC-SHA256.
//!
//! A key has 72 characters, more than the 64 bytes of a SHA-256 block, and HMAC replaces a key that
//! is longer than a block by its digest (RFC 2104, section 2). So the MAC that a holder computes
//! with the whole key is the one that we compute with the digest that we keep.
//!
//! What follows for a leaked table of digests: it still opens no path, as a key is only accepted
//! whole, but whoever reads it can compute MACs in the holders' names. `web` therefore lets a MAC
//! prove no more than leave to complete waitpoints.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::key::Digest;

/// An HMAC-SHA256.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mac([u8; 32]);

impl Mac {
    /// Its bytes, for showing them to the holder or in a URL.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// HMAC under the key whose digest this is; nothing for a digest that HMAC cannot take, which
/// there is none of.
fn keyed(digest: &Digest, message: &[u8]) -> Option<Hmac<Sha256>> {
    let mut hmac = Hmac::<Sha256>::new_from_slice(digest.as_bytes()).ok()?;
    hmac.update(message);
    Some(hmac)
}

/// The MAC of a message.
pub(crate) fn sign(digest: &Digest, message: &[u8]) -> Option<Mac> {
    Some(Mac(keyed(digest, message)?.finalize().into_bytes().into()))
}

/// Whether this is the message's MAC. Takes the same time wherever the two differ.
pub(crate) fn verifies(digest: &Digest, message: &[u8], mac: &[u8]) -> bool {
    keyed(digest, message).is_some_and(|hmac| hmac.verify_slice(mac).is_ok())
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;
    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::{NewKey, Owner};

    fn with_the_whole_key(key: &str, message: &[u8]) -> [u8; 32] {
        let mut hmac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
        hmac.update(message);
        hmac.finalize().into_bytes().into()
    }

    #[test]
    fn the_digest_of_a_key_signs_as_the_whole_key_does() {
        let mut random = StdRng::seed_from_u64(4);

        for message in [b"".as_slice(), b"eyJhbGciOiJIUzI1NiJ9.e30", &[0xff; 500]] {
            let key = NewKey::generate(Owner::Internal, &mut random);

            let signed = sign(key.digest(), message).unwrap();

            let text = key.secret().expose_secret();
            assert_eq!(signed.as_bytes(), &with_the_whole_key(text, message));
        }
    }

    #[test]
    fn a_mac_of_anything_else_does_not_verify() {
        let mut random = StdRng::seed_from_u64(5);
        let key = NewKey::generate(Owner::Internal, &mut random);
        let other = NewKey::generate(Owner::Internal, &mut random);
        let mac = sign(key.digest(), b"message").unwrap();
        let mut altered = *mac.as_bytes();
        altered[31] ^= 1;

        assert!(verifies(key.digest(), b"message", mac.as_bytes()));
        assert!(!verifies(key.digest(), b"messagf", mac.as_bytes()));
        assert!(!verifies(other.digest(), b"message", mac.as_bytes()));
        assert!(!verifies(key.digest(), b"message", &altered));
        assert!(!verifies(key.digest(), b"message", &mac.as_bytes()[..31]));
        assert!(!verifies(key.digest(), b"message", b""));
    }
}
