//! Rebuilding rows in a service: what somebody asked for, and at the start what an older program made.
//!
//! On threads of its own, so that lanes never wait behind a fold.

use deadpool_postgres::{Object, Pool};
use event_store::Journals;
use projector::{
    Asked, Ended, Phase, Projection, Rebuilder, ask_for_rebuild, find_rebuild, is_rebuild_due,
    outdated,
};
use std::error::Error;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};
use tokio_postgres::{Client, Config};
use tokio_util::sync::CancellationToken;

/// How often a process looks whether somebody asked.
const LOOK: Duration = Duration::from_secs(1);
/// How long the database may take to say whether anything is to do.
const QUESTION_TIME_MAX: Duration = Duration::from_secs(5);
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
    let mut program = Program::Unknown;
    let mut said = String::new();
    while !shutdown.is_cancelled() {
        // A database that says nothing must not keep the service from its end.
        let due = tokio::select! {
            () = shutdown.cancelled() => return,
            due = is_due(pool, &mut program) => due,
        };
        let looked = match due {
            Ok(true) => rebuild(&rebuilder, &shutdown).await,
            due => due.map(|_| ()),
        };
        match looked {
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

/// Asks for what this program needs, and tells whether there is anything to do. A connection that says
/// nothing leaves the pool.
async fn is_due(pool: &Pool, program: &mut Program) -> Result<bool, Failure> {
    let client = pool.get().await?;
    let asking = async {
        program.ask(&client).await?;
        Ok(is_rebuild_due(&client).await?)
    };
    match tokio::time::timeout(QUESTION_TIME_MAX, asking).await {
        Ok(answer) => answer,
        Err(elapsed) => {
            drop(Object::take(client));
            Err(elapsed.into())
        }
    }
}

async fn rebuild(rebuilder: &Rebuilder, shutdown: &CancellationToken) -> Result<(), Failure> {
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

/// How the rows are to this program.
enum Program {
    /// Nobody has looked.
    Unknown,
    /// They are of an older one, and a rebuild was asked for.
    Newer,
    /// They are of this one, or a rebuild has failed or was cancelled: then it is not asked for again until
    /// the next start.
    Settled,
}

impl Program {
    async fn ask(&mut self, client: &Client) -> Result<(), Failure> {
        if let Self::Settled = self {
            return Ok(());
        }
        let old = outdated(client).await?;
        if old.is_empty() || self.has_failed(client).await? {
            *self = Self::Settled;
            return Ok(());
        }
        if let Asked::Accepted(_) = ask_for_rebuild(client, &old).await? {
            tracing::info!(rows = names(&old), "rows of an older program are rebuilt");
        }
        *self = Self::Newer;
        Ok(())
    }

    /// Whether what was asked for did not come to a good end.
    async fn has_failed(&self, client: &Client) -> Result<bool, Failure> {
        let latest = find_rebuild(client).await?.map(|rebuild| rebuild.phase);
        let did_not = matches!(latest, Some(Phase::Failed | Phase::Cancelled));
        Ok(did_not && matches!(self, Self::Newer))
    }
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
    Projection::names(projections).join(", ")
}
