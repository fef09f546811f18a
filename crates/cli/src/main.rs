//! The program: reads its arguments, does one thing, and says what went wrong.

use clap::Parser;
use cli::arguments::{Arguments, Command, Json};
use cli::configuration::{Configuration, LOG_OTHERWISE, LOG_SERVING};
use cli::output::{LogForm, LogWriter};
use cli::{
    archive, demo, diff, effect_commands, explain, export, history, key_commands, ledger_commands,
    migration, output, people_commands, rebuild, serve, state, verification,
};
use domain::CampaignId;
use event_store::Moment;
use std::error::Error;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// Requests are many small allocations on several threads, which this one is made for.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(refused) => return explain_usage(refused),
    };
    let failure = match &arguments.command {
        Command::Verify(_) => verification::UNCHECKED,
        _ => 1,
    };
    match start(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if output::is_closed(error.as_ref()) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&format!("fermata: {}", chain(error.as_ref())));
            // A difference was looked for and found.
            let differs = error.is::<verification::Differs>();
            ExitCode::from(if differs { 1 } else { failure })
        }
    }
}

/// Help and version go to standard output, complaints to standard error. A complaint repeats arguments, so
/// it is made of escaped ones; in colours, unless something is left to be escaped.
fn explain_usage(refused: clap::Error) -> ExitCode {
    let given = std::env::args_os().map(|given| given.to_string_lossy().into_owned());
    let escaped = given.map(|given| output::escape(&given).into_owned());
    let refused = Arguments::try_parse_from(escaped).err().unwrap_or(refused);
    let text = refused.render().to_string();
    if text.lines().all(|line| output::escape(line) == line) {
        refused.exit();
    }
    text.lines().for_each(output::complain);
    u8::try_from(refused.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
}

fn start(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    // A client that names no provider of its own would panic without one.
    let _installed_before = rustls::crypto::ring::default_provider().install_default();
    let configuration = Configuration::decide(arguments.options)?;
    let log_default = match arguments.command {
        Command::Serve { .. } => LOG_SERVING,
        _ => LOG_OTHERWISE,
    };
    log_to_stderr(configuration.log.as_deref().unwrap_or(log_default))?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(run(&configuration, arguments.command))
}

async fn run(configuration: &Configuration, command: Command) -> Result<(), Box<dyn Error>> {
    match command {
        Command::Serve { demo } => serve::run(configuration, demo).await,
        Command::Migrate { journals } => migration::run(configuration, journals).await,
        Command::Keys(command) => key_commands::run(configuration, command).await,
        Command::Demo(format) => demo::run(configuration, format).await,
        Command::History { campaign, json } => {
            history::run(configuration, CampaignId(campaign), json).await
        }
        Command::State {
            campaign,
            version,
            at,
            json,
        } => {
            let version = version.map(Moment::Version);
            let moment = version.or(at.map(Moment::Instant)).unwrap_or(Moment::Now);
            state::run(configuration, CampaignId(campaign), moment, json).await
        }
        Command::Diff {
            campaign,
            from,
            to,
            view,
        } => diff::run(configuration, CampaignId(campaign), (from, to), view).await,
        Command::Explain { campaign, json } => {
            explain::run(configuration, CampaignId(campaign), json).await
        }
        Command::Effects(command) => effect_commands::run(configuration, command).await,
        Command::People(command) => people_commands::run(configuration, command).await,
        Command::Export(arguments) => export::run(configuration, arguments).await,
        Command::Rebuild(asked) => rebuild::run(configuration, asked).await,
        Command::Archive(arguments) => archive::run(configuration, arguments).await,
        Command::Ledger(command) => ledger_commands::run(configuration, command).await,
        Command::Prove(asked) => ledger_commands::prove(configuration, asked).await,
        Command::VerifyProof(asked) => ledger_commands::verify_proof(&asked),
        Command::Verify(asked) => verification::run(configuration, asked).await,
        Command::Config(format) => show_configuration(configuration, format),
    }
}

fn show_configuration(configuration: &Configuration, format: Json) -> Result<(), Box<dyn Error>> {
    let shown = configuration.shown();
    if format.json {
        return Ok(output::json(&shown)?);
    }
    let serde_json::Value::Object(settings) = serde_json::to_value(&shown)? else {
        return Ok(());
    };
    for (name, value) in settings {
        output::line(&format!("{name} = {}", output::json_in_line(&value)?))?;
    }
    Ok(())
}

/// Readable on a terminal, JSON for machines. Standard output is for answers alone. Whatever the
/// filter lets through, nobody's data are in it.
fn log_to_stderr(filter: &str) -> Result<(), Box<dyn Error>> {
    let filter = EnvFilter::try_new(filter)?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter);
    if output::errors_are_read_by_people() {
        let lines = lines.with_writer(|| LogWriter(LogForm::Text));
        lines.with_target(false).init();
    } else {
        let lines = lines.with_writer(|| LogWriter(LogForm::Json));
        lines.json().init();
    }
    // The database's client logs what statements are given, and that may be somebody's address.
    log::set_max_level(log::LevelFilter::Info);
    Ok(())
}

/// An error with its causes, each once.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
