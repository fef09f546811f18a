//! Who may ask: API keys, and the keyring that verifies them.
//!
//! A key is `pk_live_` (public: one user's) or `ik_live_` (internal: the engine, operators) and 64
//! hexadecimal digits. Its first 24 characters, the [`KeyPrefix`], identify it and may be logged;
//! the rest is known to its holder alone. The database and this process hold SHA-256 digests, so a
//! leaked table opens nothing; digests of 192 secret random bits need no salt and no slow hash.
//!
//! A holder can sign with the key, and the digest is enough to verify it ([`Keyring::verify_mac`]).
//!
//! What always holds: a secret is shown once, by [`NewKey`], and no `Debug` prints it; digests are
//! compared in constant time; a verdict is at most [`TRUST_MILLISECONDS_MAX`] old; a database that
//! cannot be asked is a failure ([`VerifyError`]) and never an unknown key.
//!
//! Elsewhere: which paths want which kind of key is `web`'s; listening on [`CHANNEL`] is wired in
//! `cli`; the table is `migrations/V2__api_keys.sql`.

mod answers;
mod cache;
mod holder;
mod key;
mod keyring;
mod mac;
mod prefix;
mod store;

pub use cache::{ABSENT_PREFIXES_CACHED_MAX, KEYS_CACHED_MAX, TRUST_MILLISECONDS_MAX};
pub use holder::{Holder, LABEL_CHARACTERS_MAX, Label, LabelRefused, Owner};
pub use key::{NewKey, PresentedKey};
pub use keyring::{Keyring, VerifyError};
pub use mac::Mac;
pub use prefix::{KeyPrefix, Kind, MalformedKey};
pub use store::{
    CHANNEL, CreateError, KEYS_LISTED_MAX, ReadError, Revocation, RevokeError, StoredKey, create,
    list, revoke,
};
