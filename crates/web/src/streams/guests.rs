//! How many streams a key may have.

use crate::problem::Problem;
use keys::KeyPrefix;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Streams of one key at once, in one process.
pub(super) const STREAMS_PER_KEY_MAX: u32 = 16;

/// Who has streams. Clones share the count.
#[derive(Clone, Default)]
pub(crate) struct Guests(Arc<Mutex<HashMap<KeyPrefix, u32>>>);

/// A stream's place, given back when it ends.
pub(super) struct Guest {
    guests: Guests,
    prefix: KeyPrefix,
}

impl Guests {
    /// Lets one more stream of a key in, if it may have one.
    pub(super) fn admit(&self, prefix: KeyPrefix) -> Result<Guest, Problem> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(prefix).or_default();
        if STREAMS_PER_KEY_MAX <= *count {
            return Err(Problem::TooManyStreams(STREAMS_PER_KEY_MAX));
        }
        *count += 1;
        Ok(Guest {
            guests: self.clone(),
            prefix,
        })
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut counts = self.guests.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = counts.get(&self.prefix).copied().unwrap_or(0);
        if left <= 1 {
            counts.remove(&self.prefix);
        } else {
            counts.insert(self.prefix, left - 1);
        }
    }
}
