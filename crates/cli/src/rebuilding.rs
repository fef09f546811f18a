//! Rebuilding rows in a service: what somebody asked for, and at the start what an older program made.
//!
//! On threads of its own, so that lanes never wait behind a fold.

use deadpool_postgres::Pool;
use event_store::Journals;
use projector::{Asked, Ended, Projection, Rebuilder, ask_for_rebuild, is_rebuild_open, outdated};
use std::error::Error;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};
use tokio_postgres::Config;
use tokio_util::sync::CancellationToken;

/// How often a process looks whether somebody asked.
const LOOK: Duration = Duration::from_secs(1);
/// Journals that are loaded at a time while the service runs: the rest of the machine is for commands.
const AT_ONCE: NonZeroUsize = NonZeroUsize::MIN;

type Failure = Box<dyn Error + Send + Sync>;

/// Rebuilds what is asked for until the service ends. What is under way then goes on at the next start, or
/// in another process.
pub(crate) async fn run(
    pool: &Pool,
    config: &Config,
    journals: Journals,
    shutdown: CancellationToken,
) {
    let rebuilder = Rebuilder::new(config.clone(), journals, AT_ONCE);
    let mut is_current = false;
    let mut said = String::new();
    while !shutdown.is_cancelled() {
        match look(pool, &rebuilder, &mut is_current, &shutdown).await {
            Ok(()) => said.clear(),
            // Once, and again when the reason is another.
            Err(error) if error.to_string() != said => {
                said = error.to_string();
                let error: &(dyn Error + 'static) = error.as_ref();
                tracing::warn!(error, "rows are not rebuilt");
            }
            Err(_) => {}
        }
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

async fn look(
    pool: &Pool,
    rebuilder: &Rebuilder,
    is_current: &mut bool,
    shutdown: &CancellationToken,
) -> Result<(), Failure> {
    let client = pool.get().await?;
    let is_first = !*is_current;
    if is_first {
        let old = outdated(&client).await?;
        *is_current = old.is_empty() || is_asked_for(&client, &old).await?;
    }
    // The first time in any case: something may be left of one that was cancelled.
    if !is_first && !is_rebuild_open(&client).await? {
        return Ok(());
    }
    drop(client);
    let began = Instant::now();
    let ended = on_threads_of_its_own(rebuilder.clone(), shutdown.clone()).await?;
    let seconds = began.elapsed().as_secs_f64();
    match ended {
        Some(Ended::Switched(what)) => {
            tracing::info!(
                rows = names(&what),
                seconds,
                "rows were rebuilt from the log"
            );
        }
        Some(Ended::Cancelled) => tracing::info!("a rebuild was cancelled; the rows are as before"),
        None => {}
    }
    Ok(())
}

/// False when other rows are being rebuilt: then later.
async fn is_asked_for(
    client: &deadpool_postgres::Client,
    old: &[Projection],
) -> Result<bool, Failure> {
    tracing::info!(rows = names(old), "rows of an older version are rebuilt");
    Ok(match ask_for_rebuild(client, old).await? {
        Asked::Accepted(_) | Asked::UnderWay(_) => true,
        Asked::Busy(_) => false,
    })
}

async fn on_threads_of_its_own(
    rebuilder: Rebuilder,
    shutdown: CancellationToken,
) -> Result<Option<Ended>, Failure> {
    let rebuilding = move || -> Result<Option<Ended>, Failure> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(AT_ONCE.get())
            .thread_name("rebuild")
            .enable_all()
            .build()?;
        runtime.block_on(async {
            tokio::select! {
                () = shutdown.cancelled() => Ok(None),
                ended = rebuilder.run_once() => Ok(ended?),
            }
        })
    };
    tokio::task::spawn_blocking(rebuilding).await?
}

fn names(projections: &[Projection]) -> String {
    let names: Vec<&str> = projections.iter().map(|one| one.as_str()).collect();
    names.join(", ")
}
