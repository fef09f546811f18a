//! One answer for many askers: the cache in front of a look-up, and gates that let one look-up at a
//! time through.
//!
//! A busy key's answer runs out while hundreds of requests carry it. The first of them passes the
//! gate and asks; the rest wait, and find its answer when they pass. When it fails, those that
//! waited fail with it instead of queueing for failures of their own. A caller that gives up (its
//! future is dropped) leaves the gate open for the next.
//!
//! There are [`GATES`] gates and a prefix always uses the same one, so at most that many look-ups
//! run at once. The look-up is handed in: here is no database.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::cache::{Cache, Credential, Recall};
use crate::keyring::VerifyError;
use crate::prefix::KeyPrefix;

/// Gates, and so the most look-ups under way at once: one for every value of a byte of the prefix.
const GATES: usize = 256;

/// When the last look-up through this gate failed, if one did.
type Gate = tokio::sync::Mutex<Option<Instant>>;

pub(crate) struct Answers {
    clock: fn() -> Instant,
    cache: Mutex<Cache>,
    gates: [Gate; GATES],
}

impl Answers {
    pub(crate) fn new(clock: fn() -> Instant) -> Self {
        Self {
            clock,
            cache: Mutex::new(Cache::new()),
            gates: [const { Gate::const_new(None) }; GATES],
        }
    }

    /// The live key with this prefix, as remembered, or as `look_up` finds it.
    pub(crate) async fn get(
        &self,
        prefix: KeyPrefix,
        look_up: impl Future<Output = Result<Option<Credential>, VerifyError>>,
    ) -> Result<Option<Credential>, VerifyError> {
        let asked_at = (self.clock)();
        if let Recall::Known(answer) = self.cache().recall(prefix, asked_at) {
            return Ok(answer);
        }
        let mut failed_at = self.gate(prefix).lock().await;
        if failed_at.is_some_and(|failed_at| failed_at > asked_at) {
            return Err(VerifyError::FailedMeanwhile);
        }
        let read_at = (self.clock)();
        let generation = match self.cache().recall(prefix, read_at) {
            Recall::Known(answer) => return Ok(answer),
            Recall::Unknown(generation) => generation,
        };
        let answer = look_up
            .await
            .inspect_err(|_| *failed_at = Some((self.clock)()))?;
        self.cache().remember(prefix, answer, read_at, generation);
        Ok(answer)
    }

    pub(crate) fn forget_all(&self) {
        self.cache().forget_all();
    }

    /// The cache. Each of its methods leaves it whole or has not touched it, so a poisoned lock
    /// says nothing.
    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[expect(clippy::indexing_slicing, reason = "there is a gate for every byte")]
    fn gate(&self, prefix: KeyPrefix) -> &Gate {
        let [byte, ..] = prefix.number().to_le_bytes();
        &self.gates[usize::from(byte)]
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::{pending, ready};
    use std::pin::pin;
    use std::sync::LazyLock;
    use std::task::{Context, Poll, Waker};
    use std::time::Duration;

    use super::*;
    use crate::cache::TRUST_MILLISECONDS_MAX;
    use crate::cache::tests::{credential, prefix};

    type Answer = Result<Option<Credential>, VerifyError>;

    thread_local! {
        static ELAPSED: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    }

    fn clock() -> Instant {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        *START + ELAPSED.get()
    }

    fn let_milliseconds_pass(count: u64) {
        ELAPSED.set(ELAPSED.get() + Duration::from_millis(count));
    }

    /// A look-up that must not run.
    async fn needless() -> Answer {
        panic!("the database was asked")
    }

    async fn failing() -> Answer {
        let_milliseconds_pass(1);
        Err(VerifyError::FailedMeanwhile)
    }

    fn polled<T>(future: std::pin::Pin<&mut impl Future<Output = T>>) -> Poll<T> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    fn finished<T>(future: impl Future<Output = T>) -> T {
        match polled(pin!(future)) {
            Poll::Ready(answer) => answer,
            Poll::Pending => panic!("it waits"),
        }
    }

    #[test]
    fn a_remembered_answer_is_not_asked_for_again() {
        let answers = Answers::new(clock);
        finished(answers.get(prefix(1), ready(Ok(Some(credential(prefix(1))))))).unwrap();
        finished(answers.get(prefix(2), ready(Ok(None)))).unwrap();

        let_milliseconds_pass(TRUST_MILLISECONDS_MAX - 1);

        assert!(
            finished(answers.get(prefix(1), needless()))
                .unwrap()
                .is_some()
        );
        assert!(
            finished(answers.get(prefix(2), needless()))
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn an_answer_that_took_long_is_trusted_from_when_it_was_asked_for() {
        let answers = Answers::new(clock);
        let slow = async {
            let_milliseconds_pass(TRUST_MILLISECONDS_MAX);
            Ok(Some(credential(prefix(1))))
        };

        assert!(finished(answers.get(prefix(1), slow)).unwrap().is_some());

        assert!(
            finished(answers.get(prefix(1), ready(Ok(None))))
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn many_askers_cost_one_look_up() {
        let answers = Answers::new(clock);
        let (answered, answer) = tokio::sync::oneshot::channel::<()>();
        let mut first = pin!(answers.get(prefix(1), async {
            answer.await.unwrap();
            Ok(Some(credential(prefix(1))))
        }));
        let mut second = pin!(answers.get(prefix(1), needless()));
        assert!(polled(first.as_mut()).is_pending());
        assert!(polled(second.as_mut()).is_pending());

        answered.send(()).unwrap();

        assert!(matches!(polled(first), Poll::Ready(Ok(Some(_)))));
        assert!(matches!(polled(second), Poll::Ready(Ok(Some(_)))));
    }

    #[test]
    fn those_who_waited_for_a_failure_fail_with_it_and_the_next_one_asks() {
        let answers = Answers::new(clock);
        let (answered, answer) = tokio::sync::oneshot::channel::<()>();
        let mut first = pin!(answers.get(prefix(1), async {
            answer.await.unwrap();
            failing().await
        }));
        let mut second = pin!(answers.get(prefix(1), needless()));
        assert!(polled(first.as_mut()).is_pending());
        assert!(polled(second.as_mut()).is_pending());

        answered.send(()).unwrap();

        assert!(matches!(polled(first), Poll::Ready(Err(_))));
        assert!(matches!(
            polled(second),
            Poll::Ready(Err(VerifyError::FailedMeanwhile))
        ));
        assert!(
            finished(answers.get(prefix(1), ready(Ok(None))))
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn an_asker_who_gives_up_lets_the_next_one_ask() {
        let answers = Answers::new(clock);
        {
            let mut first = pin!(answers.get(prefix(1), pending()));
            assert!(polled(first.as_mut()).is_pending());
        }

        assert!(
            finished(answers.get(prefix(1), ready(Ok(Some(credential(prefix(1)))))))
                .unwrap()
                .is_some()
        );
    }

    #[test]
    fn a_key_revoked_during_its_look_up_is_looked_up_again() {
        let answers = Answers::new(clock);
        let overtaken = async {
            answers.forget_all();
            Ok(Some(credential(prefix(1))))
        };

        finished(answers.get(prefix(1), overtaken)).unwrap();

        assert!(
            finished(answers.get(prefix(1), ready(Ok(None))))
                .unwrap()
                .is_none()
        );
    }
}
