//! The command line.

use clap::Parser;
use std::num::{NonZeroU32, NonZeroU64};
use std::path::PathBuf;
use std::time::Duration;

const AFTER_HELP: &str = "\
What is compared:
  pgbench   one prepared statement per transaction: compare-and-set of a campaign's row, insert
            of the event, insert of the effect; through a Unix socket, nothing in between
  fermata   POST /api/campaigns/{id}/pause and /resume, over HTTP with kept connections, with
            keys, rules, dense positions and an answer that tells the campaign
Both commit durably (fsync and synchronous_commit are on) and write rows of the same width. Each
client pauses a random campaign of its own and then resumes it, as fast as the answers come.

Examples:
  fermata-bench                                        everything, about 15 minutes
  fermata-bench --only barrier                         a million requests for permits, and the log
                                                       held against all that was told
  fermata-bench --only progress                        16 writers report on 100,000 prospects, and
                                                       what that costs a pause
  fermata-bench --only replay                          a log of two million events replayed and
                                                       its rows rebuilt, beside COPY of the same
  fermata-bench --seconds 2 --rounds 1                 a quick look
  fermata-bench --clients 16 --connections 256 --seconds 30
                                                       long enough to look at with a profiler

Exit status: 0 when every request was answered as it must and the log agrees; 1 otherwise.";

/// Measures Fermata beside pgbench on a PostgreSQL of its own, which is deleted afterwards.
#[derive(Debug, Parser)]
#[command(name = "fermata-bench", version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Arguments {
    /// Seconds that each measurement takes.
    #[arg(long, value_name = "N", default_value = "8")]
    pub seconds: NonZeroU32,
    /// Seconds of the same load before each measurement, not counted.
    #[arg(long, value_name = "N", default_value = "3")]
    pub warm_up_seconds: NonZeroU32,
    /// Seconds to wait at most, before each measurement, for others to leave the processors alone.
    #[arg(long, value_name = "N", default_value = "20")]
    pub patience_seconds: u32,
    /// How often everything is measured; the table shows medians.
    #[arg(long, value_name = "N", default_value = "2")]
    pub rounds: NonZeroU32,
    /// Active campaigns.
    #[arg(long, value_name = "N", default_value = "100000")]
    pub campaigns: NonZeroU32,
    /// Users whose campaigns they are.
    #[arg(long, value_name = "N", default_value = "50")]
    pub tenants: NonZeroU32,
    /// Journals of the service's database. Default: as many as a new database gets.
    #[arg(long, value_name = "N")]
    pub journals: Option<i16>,
    /// Clients of pgbench, one measurement each.
    #[arg(
        long,
        value_name = "N,...",
        value_delimiter = ',',
        default_value = "1,16,64"
    )]
    pub clients: Vec<NonZeroU32>,
    /// Connections to the service, one measurement each.
    #[arg(
        long,
        value_name = "N,...",
        value_delimiter = ',',
        default_value = "1,16,64,256"
    )]
    pub connections: Vec<NonZeroU32>,
    /// Measure this alone.
    #[arg(long, value_enum)]
    pub only: Option<Measured>,
    /// Built-in tokens that sleep on one campaign, for `waking`.
    #[arg(long, value_name = "N", default_value = "1000000")]
    pub tokens: NonZeroU32,
    /// Long polls that wait for some of them.
    #[arg(long, value_name = "N", default_value = "5000")]
    pub polls: NonZeroU32,
    /// Permits to be asked for, for `barrier`.
    #[arg(long, value_name = "N", default_value = "1000000")]
    pub permits: NonZeroU64,
    /// Prospects of the campaign, for `progress`.
    #[arg(long, value_name = "N", default_value = "100000")]
    pub prospects: NonZeroU32,
    /// Calls that add a thousand leads each, for `leads`.
    #[arg(long, value_name = "N", default_value = "100")]
    pub lead_calls: NonZeroU32,
    /// Events of the log, for `replay`.
    #[arg(long, value_name = "N", default_value = "2000000")]
    pub events: NonZeroU64,
    /// What the log for `replay` follows from.
    #[arg(long, value_name = "N", default_value = "1")]
    pub seed: u64,
    /// Replay the log of this database and say what came of it: for `replay`, which has it done by a
    /// process of its own, so that nobody else's memory is counted.
    #[arg(long, value_name = "URL", hide = true)]
    pub replay_there: Option<String>,
    /// Where the temporary PostgreSQL lives; should be a real disk. Default: the system's
    /// directory for temporary files.
    #[arg(long, value_name = "DIR")]
    pub directory: Option<PathBuf>,
    /// The service's program. Default: `fermata` beside this program.
    #[arg(long, value_name = "FILE")]
    pub service: Option<PathBuf>,
    /// Where the report goes. Default: bench/report.json in the build's target directory.
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Measured {
    /// Pauses and resumes a second, beside pgbench.
    Pauses,
    /// A million sleepers on one campaign.
    Waking,
    /// Progress of a campaign of many prospects, and what that costs a pause.
    Progress,
    /// Permits asked for while campaigns are paused and resumed.
    Barrier,
    /// A hundred thousand leads, a thousand a call, and pages of them.
    Leads,
    /// Pauses and resumes a second, with and without the sealer.
    Sealing,
    /// What a rebuild of all rows costs those who use the service meanwhile.
    Rebuilding,
    /// Millions of events replayed, and rows rebuilt from them, beside COPY of the same.
    Replay,
}

impl Arguments {
    /// Whether to measure this.
    pub fn measures(&self, what: Measured) -> bool {
        self.only.is_none_or(|only| only == what)
    }

    /// Refuses what cannot be measured.
    pub fn check(&self) -> Result<(), String> {
        let most = self
            .clients
            .iter()
            .chain(&self.connections)
            .chain([&self.tenants])
            .max();
        match most {
            Some(most) if self.campaigns < *most => Err(format!(
                "--campaigns must be at least {most}: each client and tenant has its own"
            )),
            _ => Ok(()),
        }
    }

    /// How long a measurement takes.
    pub fn measured(&self) -> Duration {
        Duration::from_secs(u64::from(self.seconds.get()))
    }

    /// How long others are waited for.
    pub fn patience(&self) -> Duration {
        Duration::from_secs(u64::from(self.patience_seconds))
    }

    /// How long the load runs before it.
    pub fn warm_up(&self) -> Duration {
        Duration::from_secs(u64::from(self.warm_up_seconds.get()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_client_needs_a_campaign_of_its_own() {
        let too_few = Arguments::parse_from(["fermata-bench", "--campaigns", "255"]);
        let enough = Arguments::parse_from(["fermata-bench", "--campaigns", "256"]);

        assert!(too_few.check().unwrap_err().contains("at least 256"));
        assert!(enough.check().is_ok());
    }
}
