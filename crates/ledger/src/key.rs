//! The keys that checkpoints are signed with, in the encoding of C2SP `signed-note`.
//!
//! A signing key is one line, `PRIVATE+KEY+<name>+<id>+<base64>`; its public counterpart is
//! `<name>+<id>+<base64>`. The name is the ledger's, and appears in every signature.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use signed_note::{
    Signer, StandardSigner, StandardVerifier, VerifierList, is_key_name_valid, key_id,
};
use std::fmt;

/// Ed25519 in C2SP `signed-note`.
const ED25519: u8 = 1;
const SEED_BYTES: usize = 32;

/// A text that is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    /// Not the encoding.
    #[error("this is not a key of the form {0}")]
    Form(&'static str),
    /// A name that no key may have.
    #[error("a ledger's name is not empty and has no spaces and no plus signs")]
    Name,
    /// Something else behind a key.
    #[error("behind a key there is nothing, or `retired <journal>:<size>:<root> …`")]
    Retirement,
}

/// Signs checkpoints. Never printed.
#[derive(Clone)]
pub struct SigningKey {
    signer: StandardSigner,
    public: VerifyingKey,
}

/// Verifies checkpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyingKey(String);

impl SigningKey {
    const FORM: &'static str = "PRIVATE+KEY+<name>+<id>+<base64>";

    /// Makes a key of 32 random bytes, and the line to keep it in.
    ///
    /// # Errors
    /// When no key may have that name.
    pub fn generate(name: &str, seed: [u8; SEED_BYTES]) -> Result<(Self, String), BadKey> {
        if !is_key_name_valid(name) {
            return Err(BadKey::Name);
        }
        let public = ed25519_dalek::SigningKey::from_bytes(&seed).verifying_key();
        let id = key_id(name, &tagged(public.as_bytes()));
        let secret = BASE64_STANDARD.encode(tagged(&seed));
        let line = format!("PRIVATE+KEY+{name}+{id:08x}+{secret}");
        Ok((Self::read(&line)?, line))
    }

    /// Reads the line of a key's file; white space around it does not matter.
    ///
    /// # Errors
    /// When it is no signing key.
    pub fn read(line: &str) -> Result<Self, BadKey> {
        let line = line.trim();
        let form = |_| BadKey::Form(Self::FORM);
        let signer = StandardSigner::new(line).map_err(form)?;
        // Base 64 has plus signs too, so only the first four part anything.
        let secret = line.splitn(5, '+').nth(4).unwrap_or_default();
        let bytes = BASE64_STANDARD.decode(secret);
        let bytes = bytes.map_err(|_| BadKey::Form(Self::FORM))?;
        let seed = bytes.get(1..).and_then(|seed| seed.try_into().ok());
        let seed: [u8; SEED_BYTES] = seed.ok_or(BadKey::Form(Self::FORM))?;
        let public = ed25519_dalek::SigningKey::from_bytes(&seed).verifying_key();
        let public = signed_note::new_ed25519_verifier_key(signer.name(), &public);
        Ok(Self {
            signer,
            public: VerifyingKey(public),
        })
    }

    /// The public key.
    #[must_use]
    pub fn public(&self) -> &VerifyingKey {
        &self.public
    }

    pub(crate) fn signer(&self) -> &dyn Signer {
        &self.signer
    }
}

impl VerifyingKey {
    const FORM: &'static str = "<name>+<id>+<base64>";

    /// Reads a public key.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(text: &str) -> Result<Self, BadKey> {
        let text = text.trim();
        StandardVerifier::new(text).map_err(|_| BadKey::Form(Self::FORM))?;
        Ok(Self(text.to_owned()))
    }

    /// The key as it is handed out.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The eight hexadecimal digits by which signatures name the key.
    #[must_use]
    pub fn id(&self) -> &str {
        self.0.split('+').nth(1).unwrap_or_default()
    }

    /// The name of the ledger whose key it is.
    #[must_use]
    pub fn ledger(&self) -> &str {
        self.0.split('+').next().unwrap_or_default()
    }

    pub(crate) fn verifiers(&self) -> Option<VerifierList> {
        let verifier = StandardVerifier::new(&self.0).ok()?;
        Some(VerifierList::new(vec![Box::new(verifier)]))
    }
}

impl fmt::Display for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public.0)
    }
}

fn tagged(key: &[u8]) -> Vec<u8> {
    [&[ED25519], key].concat()
}
