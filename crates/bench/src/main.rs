//! How fast is Fermata, and how fast is PostgreSQL alone? Both are measured in one run, on one
//! cluster, in turns, so that a slow or busy machine slows both.
//!
//! The reference is `pgbench` calling one statement per pause (`reference`). Fermata is the real
//! program, asked over HTTP (`service`, `load`) about campaigns that were made by commands
//! (`campaigns`). Afterwards every answer is looked for in the log (`audit`): fast and wrong is a
//! failure.
//!
//! | Question | Module |
//! |---|---|
//! | in which order? | `run` |
//! | on what machine and cluster? | `machine`, `cluster` |
//! | who spent the processors' time? | `processor` |
//! | what is written and shown? | `report`, `table`, `progress` |

mod answer;
mod arguments;
mod audit;
mod barrier;
mod campaigns;
mod cluster;
mod history;
mod latency;
mod leads;
mod load;
mod machine;
mod pgbench;
mod processor;
mod progress;
mod rebuilding;
mod reference;
mod replay;
mod report;
mod reporting;
mod requests;
mod run;
mod sealing;
mod service;
mod stage;
mod table;
mod waking;

use arguments::{Arguments, Measured};
use clap::Parser;
use std::error::Error;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use tokio::runtime::{Builder, Runtime};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match start(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _closed = writeln!(io::stderr(), "fermata-bench: {}", chain(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

fn start(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    arguments.check()?;
    let runtime = Builder::new_multi_thread().enable_all().build()?;
    if let Some(url) = &arguments.replay_there {
        let replayed = runtime.block_on(replay::there(url))?;
        return Ok(writeln!(io::stdout(), "{replayed}")?);
    }
    if arguments.measures(Measured::Pauses) {
        let report = runtime.block_on(run::run(arguments))?;
        table::show(&report)?;
        let path = report.write(arguments.report.as_deref())?;
        writeln!(io::stdout(), "\nEvery figure: {}\n", path.display())?;
        report.verdict()?;
    }
    if arguments.measures(Measured::Waking) {
        let waking = runtime.block_on(waking::run(arguments))?;
        for line in waking.lines() {
            writeln!(io::stdout(), "{line}")?;
        }
        let path = waking.write(arguments.report.as_deref())?;
        writeln!(io::stdout(), "\nEvery figure: {}\n", path.display())?;
    }
    if arguments.measures(Measured::Leads) {
        let leads = runtime.block_on(leads::run(arguments))?;
        for line in leads.lines() {
            writeln!(io::stdout(), "{line}")?;
        }
        let path = leads.write(arguments.report.as_deref())?;
        writeln!(io::stdout(), "\nEvery figure: {}", path.display())?;
        leads.verdict()?;
    }
    if arguments.measures(Measured::Progress) {
        let reporting = runtime.block_on(reporting::run(arguments))?;
        let path = reporting.write(arguments.report.as_deref())?;
        show(&reporting.lines(), &path)?;
    }
    if arguments.measures(Measured::Barrier) {
        let barrier = runtime.block_on(barrier::run(arguments))?;
        let path = barrier.write(arguments.report.as_deref())?;
        show(&barrier.lines(), &path)?;
        barrier.verdict()?;
    }
    measure_the_log(arguments, &runtime)
}

/// What is made of the log, beside the way of commands.
fn measure_the_log(arguments: &Arguments, runtime: &Runtime) -> Result<(), Box<dyn Error>> {
    if arguments.measures(Measured::Sealing) {
        let sealing = runtime.block_on(sealing::run(arguments))?;
        let path = sealing.write(arguments.report.as_deref())?;
        show(&sealing.lines(), &path)?;
        sealing.verdict()?;
    }
    if arguments.measures(Measured::Rebuilding) {
        let rebuilding = runtime.block_on(rebuilding::run(arguments))?;
        let path = rebuilding.write(arguments.report.as_deref())?;
        show(&rebuilding.lines(), &path)?;
        rebuilding.verdict()?;
    }
    if arguments.measures(Measured::Replay) {
        let replay = runtime.block_on(replay::run(arguments))?;
        let path = replay.write(arguments.report.as_deref())?;
        show(&replay.lines(), &path)?;
        replay.verdict()?;
    }
    Ok(())
}

fn show(lines: &[String], figures: &Path) -> io::Result<()> {
    for line in lines {
        writeln!(io::stdout(), "{line}")?;
    }
    writeln!(io::stdout(), "\nEvery figure: {}\n", figures.display())
}

/// An error with its causes, each once.
fn chain(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| (**error).source());
    causes
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}
