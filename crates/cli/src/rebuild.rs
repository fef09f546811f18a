//! `fermata rebuild`: rows from the log, beside a service or without one.
//!
//! This process does it, unless another is at it already; then its progress is shown. Broken off, it is
//! gone on with when it is said again, or by a service.

use crate::arguments::Json;
use crate::arguments::rebuild::{Rebuild, Rows};
use crate::configuration::Configuration;
use crate::database::Database;
use crate::output::{self, Progress, Waiting};
use projector::{
    Asked, Phase, Projection, ProjectionStanding, RebuildStanding, Rebuilder, ask_for_rebuild,
    cancel_rebuild, find_rebuild, list_projections,
};
use serde_json::{Value, json};
use std::error::Error;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};
use tokio_postgres::Client;

/// How often progress is looked at.
const LOOK: Duration = Duration::from_millis(250);

/// Rebuilds, cancels, or shows.
///
/// # Errors
/// When the database cannot be opened, other rows are being rebuilt, or the log is at fault.
pub async fn run(configuration: &Configuration, asked: Rebuild) -> Result<(), Box<dyn Error>> {
    let database = Database::open(configuration).await?;
    let connection = database.connect().await?;
    let done = if asked.cancel {
        cancel(&connection.client, asked.json).await
    } else if asked.status {
        status(&connection.client, asked.json).await
    } else {
        rebuild(&database, &connection.client, asked).await
    };
    drop(connection);
    database.close().await?;
    done
}

async fn rebuild(
    database: &Database,
    client: &Client,
    asked: Rebuild,
) -> Result<(), Box<dyn Error>> {
    let Rows(wanted) = asked.rows;
    let id = match ask_for_rebuild(client, &wanted).await? {
        Asked::Accepted(id) | Asked::UnderWay(id) => id,
        Asked::Busy(others) => {
            let others = names(&others);
            return Err(format!(
                "{others} are being rebuilt; wait, or say `fermata rebuild --cancel`"
            )
            .into());
        }
    };
    let processors = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let at_once = asked.at_once.unwrap_or(processors);
    let rebuilder = Rebuilder::new(database.config.clone(), database.journals, at_once);
    let began = Instant::now();
    tokio::select! {
        over = bring_to_its_end(&rebuilder, client, id) => over?,
        never = show(client) => never?,
    }
    tell(&latest(client).await?, began.elapsed(), asked.json)
}

/// By this process, or by another that is at it.
async fn bring_to_its_end(
    rebuilder: &Rebuilder,
    client: &Client,
    id: i64,
) -> Result<(), Box<dyn Error>> {
    loop {
        if rebuilder.run_once().await?.is_some() {
            return Ok(());
        }
        let standing = latest(client).await?;
        if standing.id != id || standing.phase.is_over() {
            return Ok(());
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Shows how far the rebuild has come.
async fn show(client: &Client) -> Result<(), Box<dyn Error>> {
    let mut shown = Shown::default();
    loop {
        shown.show(&latest(client).await?);
        tokio::time::sleep(LOOK).await;
    }
}

/// What is on the terminal.
#[derive(Default)]
struct Shown {
    phase: Option<Phase>,
    events: u64,
    loading: Option<Progress>,
    waiting: Option<Waiting>,
}

impl Shown {
    fn show(&mut self, standing: &RebuildStanding) {
        if self.phase != Some(standing.phase) {
            self.phase = Some(standing.phase);
            (self.loading, self.waiting) = (None, None);
            match standing.phase {
                Phase::Loading => {
                    self.loading = Some(output::progress("Loading", standing.events_total));
                    self.events = 0;
                }
                Phase::Indexing => self.waiting = Some(output::waiting("Making indexes")),
                Phase::CatchingUp => self.waiting = Some(output::waiting("Catching up")),
                _ => {}
            }
        }
        if let Some(loading) = &self.loading {
            loading.add(standing.events.saturating_sub(self.events));
            self.events = standing.events;
        }
    }
}

async fn latest(client: &Client) -> Result<RebuildStanding, Box<dyn Error>> {
    let found = find_rebuild(client).await?;
    Ok(found.ok_or("the rebuild is not known any more")?)
}

fn tell(ended: &RebuildStanding, took: Duration, format: Json) -> Result<(), Box<dyn Error>> {
    if format.json {
        output::json(&rebuild_json(ended))?;
    }
    let what = names(&ended.projections);
    match ended.phase {
        Phase::Cancelled => Err("the rebuild was cancelled; the rows are as before".into()),
        Phase::Failed => {
            let reason = ended.failure.as_deref().unwrap_or("no reason was given");
            Err(format!("the rebuild failed, and the rows are as before: {reason}").into())
        }
        _ if format.json => Ok(()),
        _ => Ok(output::line(&format!(
            "Rebuilt {what} from {} events in {:.1} seconds.",
            ended.events_total,
            took.as_secs_f64()
        ))?),
    }
}

async fn cancel(client: &Client, format: Json) -> Result<(), Box<dyn Error>> {
    let cancelled = cancel_rebuild(client, None).await?;
    let what = cancelled.ok_or("nothing is being rebuilt")?;
    if format.json {
        return Ok(output::json(&rebuild_json(&latest(client).await?))?);
    }
    let said = format!(
        "Cancelled the rebuild of {}; the rows are as before.",
        names(&what)
    );
    Ok(output::line(&said)?)
}

async fn status(client: &Client, format: Json) -> Result<(), Box<dyn Error>> {
    let all = list_projections(client).await?;
    let rebuild = find_rebuild(client).await?;
    if format.json {
        let projections: Vec<Value> = all.iter().map(projection_json).collect();
        let rebuild = rebuild.as_ref().map(rebuild_json);
        return Ok(output::json(
            &json!({"projections": projections, "rebuild": rebuild}),
        )?);
    }
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|one| {
            let rebuilt = one.rebuilt_at.map(|at| at.to_rfc3339());
            let (version, current) = (one.version, one.projection.version());
            let version = format!("{version} of {current}");
            vec![
                one.projection.as_str().to_owned(),
                version,
                rebuilt.unwrap_or_else(|| "never".to_owned()),
            ]
        })
        .collect();
    output::table(&["rows", "version", "rebuilt"], &rows)?;
    if let Some(rebuild) = rebuild {
        output::line(&standing(&rebuild))?;
    }
    Ok(())
}

fn standing(rebuild: &RebuildStanding) -> String {
    let rate = rebuild
        .events_per_second
        .map(|rate| format!(", {rate:.0} events a second"));
    format!(
        "Rebuild of {}: {}, {:.0} %{}",
        names(&rebuild.projections),
        rebuild.phase.as_str().replace('_', " "),
        rebuild.percentage(),
        rate.unwrap_or_default(),
    )
}

fn projection_json(one: &ProjectionStanding) -> Value {
    json!({
        "name": one.projection.as_str(),
        "version": one.version,
        "program_version": one.projection.version(),
        "rebuilt_at": one.rebuilt_at,
    })
}

fn rebuild_json(rebuild: &RebuildStanding) -> Value {
    json!({
        "id": rebuild.id,
        "projections": Projection::names(&rebuild.projections),
        "phase": rebuild.phase.as_str(),
        "percentage": rebuild.percentage(),
        "events": rebuild.events,
        "events_total": rebuild.events_total,
        "events_per_second": rebuild.events_per_second,
        "requested_at": rebuild.requested_at,
        "ended_at": rebuild.ended_at,
        "failure": rebuild.failure,
    })
}

fn names(projections: &[Projection]) -> String {
    Projection::names(projections).join(", ")
}
