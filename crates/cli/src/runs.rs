//! Having launches started as runs on Trigger.dev, and putting back to draft what will never run.

use commands::{Lanes, Origin, Request, Verdict};
use domain::{Command, LaunchFailure};
use event_store::Actor;
use outbox::{Dispatched, Launch, RelayFailure, Starter};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Between two looks while there is nothing to start.
const LOOK_MILLISECONDS: u64 = 250;
/// Between two looks while the database does not answer.
const FAILED_MILLISECONDS: u64 = 2_000;
const RULE: &str = "dispatch";

/// What starts runs, and where campaigns are changed.
pub(crate) struct Runs {
    starter: Starter,
    lanes: Lanes,
}

impl Runs {
    pub fn new(starter: Starter, lanes: Lanes) -> Self {
        Self { starter, lanes }
    }

    /// Starts runs until told to stop. What is under way then is found again by whoever comes next.
    pub async fn run(self, stop: &CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.start_all(stop) => {}
        }
    }

    async fn start_all(&self, stop: &CancellationToken) {
        loop {
            let rest = match self.run_once(stop).await {
                Ok(Dispatched::Nothing) => LOOK_MILLISECONDS,
                Ok(Dispatched::One | Dispatched::Refused { .. }) => continue,
                Err(failure) => {
                    let cause = std::error::Error::source(&failure).map(ToString::to_string);
                    tracing::warn!(error = %failure, cause, "no run was started");
                    FAILED_MILLISECONDS
                }
            };
            tokio::time::sleep(Duration::from_millis(rest)).await;
        }
    }

    async fn run_once(&self, stop: &CancellationToken) -> Result<Dispatched, RelayFailure> {
        let dispatched = self.starter.run_once(stop).await?;
        if let Dispatched::Refused { launch, reason } = &dispatched {
            let campaign = launch.campaign_id;
            tracing::warn!(%campaign, reason, "Trigger.dev refused a run");
            if self.rolls_back(launch).await {
                self.starter.gave_up(launch, reason).await?;
            }
        }
        Ok(dispatched)
    }

    /// Whether the campaign is a draft again. Otherwise the launch is refused again when its
    /// lease has run out, and this is tried again.
    async fn rolls_back(&self, launch: &Launch) -> bool {
        let command = Command::FailLaunch {
            failure: LaunchFailure::Dispatch,
            launch: Some(launch.started_at),
        };
        let actor = Actor::Rule {
            name: RULE.to_owned(),
        };
        let request = Request {
            campaign_id: launch.campaign_id,
            tenant: None,
            command,
            people: None,
            expected: None,
            // What was answered stays with the effect: the log holds no text from elsewhere.
            origin: Origin::of(actor),
            remember: None,
        };
        let answer = self.lanes.submit(launch.effect.journal, request).await;
        match answer {
            Ok(Verdict::Done(_)) => true,
            // An engine has taken it up meanwhile, or it is gone: no draft, and nothing to do.
            Ok(_) => false,
            Err(failure) => {
                let campaign = launch.campaign_id;
                tracing::warn!(%campaign, error = %failure, "the campaign is not a draft again yet");
                false
            }
        }
    }
}
