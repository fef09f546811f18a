//! What this process remembers of keys: bounded, short-lived, and pure (the time is an argument).
//!
//! Live keys and absent ones are remembered apart, so that a flood of invented keys evicts no real
//! one. An answer is trusted for less than [`TRUST_MILLISECONDS_MAX`] from the moment before it was
//! asked of the database. Each `forget_all` starts a new generation, and an answer asked for in an
//! earlier one is not remembered: it may have been read before the revocation that made us forget.

use std::hash::Hash;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use lru::LruCache;

use crate::holder::Holder;
use crate::key::{Digest, PresentedKey};
use crate::prefix::KeyPrefix;

/// The most live keys that a process remembers.
pub const KEYS_CACHED_MAX: usize = 10_000;

/// The most prefixes that a process remembers to be no live key's.
pub const ABSENT_PREFIXES_CACHED_MAX: usize = 1_000;

/// How long, in milliseconds, an answer of the database is trusted.
pub const TRUST_MILLISECONDS_MAX: u64 = 1_000;

/// What a live key must match, and whom it then proves.
#[derive(Clone, Copy)]
pub(crate) struct Credential {
    pub(crate) digest: Digest,
    pub(crate) holder: Holder,
}

impl Credential {
    /// Whom the presented key proves, if it is this one. Takes the same time either way.
    pub(crate) fn proves(&self, key: &PresentedKey) -> Option<Holder> {
        self.digest.matches(key.digest()).then_some(self.holder)
    }
}

/// Counts how often everything was forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Generation(u64);

/// What the cache can say of a prefix.
pub(crate) enum Recall {
    /// The database's answer, still to be trusted; `None` for no live key.
    Known(Option<Credential>),
    /// Nothing: the database has to be asked, and its answer handed in with this generation.
    Unknown(Generation),
}

struct Dated<T> {
    read_at: Instant,
    answer: T,
}

impl<T: Copy> Dated<T> {
    fn trusted_at(&self, now: Instant) -> Option<T> {
        let age = now.saturating_duration_since(self.read_at);
        (age < Duration::from_millis(TRUST_MILLISECONDS_MAX)).then_some(self.answer)
    }
}

/// The remembered answers.
pub(crate) struct Cache {
    live: LruCache<KeyPrefix, Dated<Credential>>,
    absent: LruCache<KeyPrefix, Dated<()>>,
    generation: Generation,
}

impl Cache {
    pub(crate) fn new() -> Self {
        Self {
            live: bounded(KEYS_CACHED_MAX),
            absent: bounded(ABSENT_PREFIXES_CACHED_MAX),
            generation: Generation(0),
        }
    }

    pub(crate) fn recall(&mut self, prefix: KeyPrefix, now: Instant) -> Recall {
        if let Some(credential) = self
            .live
            .get(&prefix)
            .and_then(|dated| dated.trusted_at(now))
        {
            return Recall::Known(Some(credential));
        }
        if self
            .absent
            .get(&prefix)
            .and_then(|dated| dated.trusted_at(now))
            .is_some()
        {
            return Recall::Known(None);
        }
        Recall::Unknown(self.generation)
    }

    /// Remembers an answer that was asked for at `read_at`, in `generation`.
    pub(crate) fn remember(
        &mut self,
        prefix: KeyPrefix,
        answer: Option<Credential>,
        read_at: Instant,
        generation: Generation,
    ) {
        if generation != self.generation {
            return;
        }
        match answer {
            Some(credential) => {
                self.absent.pop(&prefix);
                self.live.put(
                    prefix,
                    Dated {
                        read_at,
                        answer: credential,
                    },
                );
            }
            None => {
                self.live.pop(&prefix);
                self.absent.put(
                    prefix,
                    Dated {
                        read_at,
                        answer: (),
                    },
                );
            }
        }
    }

    pub(crate) fn forget_all(&mut self) {
        self.live.clear();
        self.absent.clear();
        self.generation = Generation(self.generation.0.wrapping_add(1));
    }
}

fn bounded<K: Hash + Eq, V>(entries_max: usize) -> LruCache<K, V> {
    LruCache::new(NonZeroUsize::new(entries_max).unwrap_or(NonZeroUsize::MIN))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::Kind;

    pub(crate) fn prefix(number: u64) -> KeyPrefix {
        KeyPrefix::new(Kind::Internal, number)
    }

    /// The key with this prefix and nothing but zeros behind it.
    pub(crate) fn key(prefix: KeyPrefix) -> PresentedKey {
        format!("{prefix}{}", "0".repeat(48)).parse().unwrap()
    }

    pub(crate) fn credential(prefix: KeyPrefix) -> Credential {
        Credential {
            digest: *key(prefix).digest(),
            holder: Holder::Internal { prefix },
        }
    }

    fn remember(
        cache: &mut Cache,
        prefix: KeyPrefix,
        answer: Option<Credential>,
        read_at: Instant,
    ) {
        let generation = cache.generation;
        cache.remember(prefix, answer, read_at, generation);
    }

    fn is_known(cache: &mut Cache, prefix: KeyPrefix, now: Instant) -> bool {
        matches!(cache.recall(prefix, now), Recall::Known(_))
    }

    fn milliseconds(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    #[test]
    fn a_key_with_the_right_prefix_and_a_wrong_rest_proves_nobody() {
        let forged: PresentedKey = format!("{}{}1", prefix(7), "0".repeat(47)).parse().unwrap();

        assert_eq!(forged.prefix(), prefix(7));
        assert_eq!(credential(prefix(7)).proves(&forged), None);
        assert_eq!(
            credential(prefix(7)).proves(&key(prefix(7))),
            Some(Holder::Internal { prefix: prefix(7) })
        );
    }

    #[test]
    fn an_answer_is_trusted_for_less_than_a_second() {
        let (mut cache, start) = (Cache::new(), Instant::now());

        remember(&mut cache, prefix(1), Some(credential(prefix(1))), start);
        remember(&mut cache, prefix(2), None, start);

        for number in [1, 2] {
            assert!(is_known(
                &mut cache,
                prefix(number),
                start + milliseconds(999)
            ));
            assert!(!is_known(
                &mut cache,
                prefix(number),
                start + milliseconds(1_000)
            ));
        }
    }

    #[test]
    fn looking_at_an_answer_does_not_prolong_its_trust() {
        let (mut cache, start) = (Cache::new(), Instant::now());
        remember(&mut cache, prefix(1), Some(credential(prefix(1))), start);

        assert!(is_known(&mut cache, prefix(1), start + milliseconds(600)));

        assert!(!is_known(
            &mut cache,
            prefix(1),
            start + milliseconds(1_200)
        ));
    }

    #[test]
    fn a_newer_answer_replaces_an_older_one_of_either_sort() {
        let (mut cache, start) = (Cache::new(), Instant::now());

        remember(&mut cache, prefix(1), None, start);
        remember(&mut cache, prefix(1), Some(credential(prefix(1))), start);
        assert!(matches!(
            cache.recall(prefix(1), start),
            Recall::Known(Some(_))
        ));

        remember(&mut cache, prefix(1), None, start);
        assert!(matches!(
            cache.recall(prefix(1), start),
            Recall::Known(None)
        ));
    }

    #[test]
    fn no_more_than_the_limits_are_remembered() {
        let (mut cache, start) = (Cache::new(), Instant::now());

        for number in 0..20_000 {
            remember(
                &mut cache,
                prefix(number),
                Some(credential(prefix(number))),
                start,
            );
            remember(&mut cache, prefix(number + 100_000), None, start);
        }

        assert_eq!(
            (cache.live.len(), cache.absent.len()),
            (KEYS_CACHED_MAX, ABSENT_PREFIXES_CACHED_MAX)
        );
    }

    #[test]
    fn a_flood_of_invented_keys_evicts_no_live_one() {
        let (mut cache, start) = (Cache::new(), Instant::now());
        remember(&mut cache, prefix(1), Some(credential(prefix(1))), start);

        for number in 100..50_100 {
            remember(&mut cache, prefix(number), None, start);
        }

        assert!(is_known(&mut cache, prefix(1), start));
    }

    #[test]
    fn what_was_forgotten_is_asked_again() {
        let (mut cache, start) = (Cache::new(), Instant::now());
        remember(&mut cache, prefix(1), Some(credential(prefix(1))), start);
        remember(&mut cache, prefix(2), None, start);

        cache.forget_all();

        assert!(!is_known(&mut cache, prefix(1), start));
        assert!(!is_known(&mut cache, prefix(2), start));
    }

    #[test]
    fn an_answer_from_before_the_forgetting_is_not_remembered() {
        let (mut cache, start) = (Cache::new(), Instant::now());
        let Recall::Unknown(generation) = cache.recall(prefix(1), start) else {
            panic!("an empty cache knows nothing");
        };

        cache.forget_all();
        cache.remember(prefix(1), Some(credential(prefix(1))), start, generation);

        assert!(!is_known(&mut cache, prefix(1), start));
    }
}
