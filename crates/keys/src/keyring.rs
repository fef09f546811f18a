//! The keyring: says whose a presented key is.
//!
//! Most requests are answered from memory: one short lock and one comparison of 32 bytes, no
//! allocation. The rest ask the database, one request per key at a time (`answers`), and what it
//! said is trusted for at most [`TRUST_MILLISECONDS_MAX`](crate::TRUST_MILLISECONDS_MAX). So a
//! revoked key stops working everywhere within that time even where its announcement is not heard,
//! and at once where it is and [`Keyring::forget_all`] is called.
//!
//! A wrong key with a real prefix is refused from memory too. How long a connection may take to come
//! is the pool's setting; how long the answer may, is ours.

use std::fmt;
use std::time::{Duration, Instant};

use deadpool_postgres::{Client, Object, Pool, PoolError};

use crate::answers::Answers;
use crate::cache::Credential;
use crate::holder::Holder;
use crate::key::PresentedKey;
use crate::mac::{self, Mac};
use crate::prefix::KeyPrefix;
use crate::store::{self, FIND_LIVE_KEY, ReadError};

/// How long the database may take to say whose a key is.
const LOOK_UP_SECONDS_MAX: u64 = 5;

/// Verifies keys; one per process, shared by its workers.
pub struct Keyring {
    pool: Pool,
    answers: Answers,
}

/// Why it could not be learned whether a key is good. The request did not happen: try again later.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The pool gave no connection, or it broke before the question was asked.
    #[error("no connection to the database that knows the keys")]
    NoConnection(#[source] PoolError),
    /// The database did not answer, or answered what its constraints forbid.
    #[error("the key could not be looked up")]
    LookUp(#[source] ReadError),
    /// The database took too long; its connection is given up.
    #[error("the database did not say within {LOOK_UP_SECONDS_MAX} seconds whose the key is")]
    TookTooLong,
    /// The same look-up failed for another request while this one waited for its answer.
    #[error("the look-up of the key failed while another request waited for it too")]
    FailedMeanwhile,
}

impl Keyring {
    /// A keyring that remembers nothing yet. `clock` is monotonic: `Instant::now`, or a test's own.
    pub fn new(pool: Pool, clock: fn() -> Instant) -> Self {
        Self {
            pool,
            answers: Answers::new(clock),
        }
    }

    /// Who holds this key; nothing when it was never created, is revoked, or is not the key its
    /// prefix names.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] when the database could not be asked. It is no verdict on the key.
    pub async fn verify(&self, key: &PresentedKey) -> Result<Option<Holder>, VerifyError> {
        let credential = self.credential(key.prefix()).await?;
        Ok(credential.and_then(|credential| credential.proves(key)))
    }

    /// The MAC that the holder of this live key would compute; nothing for a key that is not live.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] when the database could not be asked.
    pub async fn sign(
        &self,
        prefix: KeyPrefix,
        message: &[u8],
    ) -> Result<Option<Mac>, VerifyError> {
        let credential = self.credential(prefix).await?;
        Ok(credential.and_then(|credential| mac::sign(&credential.digest, message)))
    }

    /// Whose key made this MAC of the message; nothing when it is none of the live key with this
    /// prefix.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] when the database could not be asked. It is no verdict on the MAC.
    pub async fn verify_mac(
        &self,
        prefix: KeyPrefix,
        message: &[u8],
        mac: &[u8],
    ) -> Result<Option<Holder>, VerifyError> {
        let credential = self.credential(prefix).await?;
        let made = |credential: &Credential| mac::verifies(&credential.digest, message, mac);
        Ok(credential.filter(made).map(|credential| credential.holder))
    }

    /// Forgets every answer, those on their way too. Call it at each announcement on
    /// [`CHANNEL`](crate::CHANNEL), and whenever the listening connection was lost, because
    /// announcements may have been missed.
    pub fn forget_all(&self) {
        self.answers.forget_all();
    }

    async fn credential(&self, prefix: KeyPrefix) -> Result<Option<Credential>, VerifyError> {
        self.answers.get(prefix, look_up(&self.pool, prefix)).await
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Keyring").finish_non_exhaustive()
    }
}

async fn look_up(pool: &Pool, prefix: KeyPrefix) -> Result<Option<Credential>, VerifyError> {
    let client = pool.get().await.map_err(VerifyError::NoConnection)?;
    let limit = Duration::from_secs(LOOK_UP_SECONDS_MAX);
    match tokio::time::timeout(limit, find(&client, prefix)).await {
        Ok(found) => found.map_err(VerifyError::LookUp),
        Err(_) => {
            drop(Object::take(client));
            Err(VerifyError::TookTooLong)
        }
    }
}

async fn find(client: &Client, prefix: KeyPrefix) -> Result<Option<Credential>, ReadError> {
    let statement = client
        .prepare_cached(FIND_LIVE_KEY)
        .await
        .map_err(ReadError::Database)?;
    store::find_live(client, &statement, prefix).await
}
