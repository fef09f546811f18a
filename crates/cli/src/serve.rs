//! `fermata serve`: open the database, bind, say where, and serve until a signal.

use crate::configuration::Configuration;
use crate::database::Database;
use crate::demo::{self, Workspace};
use crate::open_files;
use crate::output;
use crate::sealing::Sealing;
use crate::service::{self, Settings};
use std::error::Error;
use std::net::{SocketAddr, TcpListener};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use web::Listeners;

/// Serves until SIGINT or SIGTERM.
///
/// # Errors
/// When the database cannot be opened, an address cannot be bound, or a listener fails.
pub async fn run(configuration: &Configuration, with_demo: bool) -> Result<(), Box<dyn Error>> {
    open_files::raise_limit();
    let listeners = Listeners {
        public: bind(configuration.listen, "FERMATA_LISTEN")?,
        internal: bind(configuration.internal_listen, "FERMATA_INTERNAL_LISTEN")?,
    };
    let shutdown = stop_on_signals()?;
    let database = Database::make(configuration, None).await?;
    let served = serve(configuration, &database, listeners, with_demo, shutdown).await;
    database.close().await?;
    served
}

async fn serve(
    configuration: &Configuration,
    database: &Database,
    listeners: Listeners,
    with_demo: bool,
    shutdown: CancellationToken,
) -> Result<(), Box<dyn Error>> {
    let workspace = if with_demo {
        Some(demo::make(configuration, database).await?)
    } else {
        None
    };
    let mut settings = Settings::of(configuration, database.config.clone(), database.journals);
    settings.sealing = Sealing::of(configuration)?;
    announce(&listeners, workspace.as_ref())?;
    let finished = CancellationToken::new();
    let serving = async {
        let served = service::run(&settings, listeners, shutdown).await;
        finished.cancel();
        served
    };
    let (served, ()) = tokio::join!(serving, database.supervise(finished.cancelled()));
    Ok(served?)
}

fn bind(address: SocketAddr, setting: &str) -> Result<TcpListener, String> {
    TcpListener::bind(address).map_err(|error| {
        format!("cannot listen on {address}: {error}; choose another address with {setting}")
    })
}

/// Cancels at the first SIGINT or SIGTERM; the second ends the process at once.
fn stop_on_signals() -> Result<CancellationToken, std::io::Error> {
    let shutdown = CancellationToken::new();
    let stop = shutdown.clone();
    let (mut interrupt, mut terminate) = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    );
    tokio::spawn(async move {
        loop {
            tokio::select! { _ = interrupt.recv() => {} _ = terminate.recv() => {} }
            if stop.is_cancelled() {
                tracing::warn!("told to stop twice; stopping at once");
                std::process::exit(130);
            }
            tracing::info!("stopping: finishing what was taken");
            stop.cancel();
        }
    });
    Ok(shutdown)
}

fn announce(listeners: &Listeners, workspace: Option<&Workspace>) -> Result<(), Box<dyn Error>> {
    let (public, internal) = (
        listeners.public.local_addr()?,
        listeners.internal.local_addr()?,
    );
    output::line(&format!("Public API    http://{public}"))?;
    output::line(&format!("Internal API  http://{internal}"))?;
    let Some(workspace) = workspace else {
        output::line("Keys are made with `fermata keys create --user <uuid>`.")?;
        return Ok(());
    };
    output::line(&format!("Demo key      {}", workspace.key))?;
    let verb = workspace.next_verb();
    let id = demo::CAMPAIGN_ID;
    output::line("")?;
    output::line(&format!("This {verb}s the demo campaign:"))?;
    output::line("")?;
    output::line(&format!(
        "  curl -X POST http://{public}/api/campaigns/{id}/{verb} -H 'Authorization: Bearer {}'",
        workspace.key
    ))?;
    output::line("")?;
    Ok(())
}
