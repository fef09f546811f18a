//! The arguments of `fermata rebuild`.

use super::Json;
use clap::Args;
use projector::Projection;
use std::num::NonZeroUsize;

/// What is rebuilt.
#[derive(Debug, Clone, Args)]
pub struct Rebuild {
    /// Which rows: campaigns, prospects, permits, permits_of_accounts, sends, or all of them.
    #[arg(value_name = "ROWS", value_parser = named, default_value = "all")]
    pub rows: Rows,
    /// Journals that are loaded at a time. Default: one for each processor.
    #[arg(long, value_name = "N")]
    pub at_once: Option<NonZeroUsize>,
    /// Give up the rebuild that is under way, whoever does it. The rows stay as they are.
    #[arg(long, conflicts_with_all = ["at_once", "rows", "status"])]
    pub cancel: bool,
    /// Only show at which version the rows are, and how far the latest rebuild has come.
    #[arg(long, conflicts_with_all = ["at_once", "rows"])]
    pub status: bool,
    /// How to show it.
    #[command(flatten)]
    pub json: Json,
}

/// The rows that were named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows(pub Vec<Projection>);

fn named(name: &str) -> Result<Rows, String> {
    let named = Projection::named(name).map(Rows);
    named.ok_or_else(|| {
        "say campaigns, prospects, permits, permits_of_accounts, sends, or all".to_owned()
    })
}
