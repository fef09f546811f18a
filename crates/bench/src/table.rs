//! The report for people: a table on a terminal, plain columns in a pipe.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use std::io::{self, IsTerminal, Write};

use crate::report::{Report, Row, System};

const HEADING: [&str; 14] = [
    "who",
    "clients",
    "per second",
    "p50 ms",
    "p90 ms",
    "p99 ms",
    "max ms",
    "load µs",
    "service µs",
    "PostgreSQL µs",
    "idle %",
    "others %",
    "WAL bytes",
    "batch",
];
const EXPLANATION: &str = "\
load, service, PostgreSQL: processor time of each for a request; others: share of the processors that
something else took. batch: commands in a transaction.";

/// Writes it to standard output.
pub fn show(report: &Report) -> io::Result<()> {
    let mut out = io::stdout().lock();
    heading(&mut out, report)?;
    rows(&mut out, &report.rows)?;
    writeln!(out, "{EXPLANATION}\n")?;
    conclusions(&mut out, report)
}

fn heading(out: &mut impl Write, report: &Report) -> io::Result<()> {
    let (setting, machine) = (&report.setting, &report.machine);
    writeln!(
        out,
        "{} cores, {}, {}; a page synchronised in {:.2} ms",
        machine.cores,
        machine.processor.as_deref().unwrap_or(&machine.system),
        machine
            .filesystem
            .as_deref()
            .unwrap_or("an unknown filesystem"),
        f64::from(machine.sync.p50_us) / 1_000.0,
    )?;
    writeln!(
        out,
        "{} campaigns of {} users in {} journals; {} × {} s each, after {} s of warm-up\n",
        setting.campaigns,
        setting.tenants,
        setting.journals,
        setting.rounds,
        setting.seconds,
        setting.warm_up_seconds,
    )
}

fn rows(out: &mut impl Write, rows: &[Row]) -> io::Result<()> {
    let rows = rows.iter().map(cells);
    if !io::stdout().is_terminal() {
        writeln!(out, "{}", HEADING.join("\t"))?;
        return rows
            .into_iter()
            .try_for_each(|row| writeln!(out, "{}", row.join("\t")));
    }
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(HEADING);
    table.add_rows(rows);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    writeln!(out, "{table}")
}

fn cells(row: &Row) -> Vec<String> {
    let ms = |micros: f64| format!("{:.2}", micros / 1_000.0);
    let whole =
        |figure: Option<f64>| figure.map_or_else(|| "-".to_owned(), |it| format!("{it:.0}"));
    let batch = row
        .commands_per_commit
        .map_or_else(|| "-".to_owned(), |it| format!("{it:.1}"));
    vec![
        row.system.name().to_owned(),
        row.clients.to_string(),
        format!("{:.0}", row.per_second),
        ms(row.p50_us),
        ms(row.p90_us),
        ms(row.p99_us),
        ms(f64::from(row.max_us)),
        whole(row.load_us_per_request),
        whole(
            row.service_us_per_request
                .filter(|_| row.system != System::Pgbench),
        ),
        whole(row.postgres_us_per_request),
        whole(row.idle_percent),
        whole(row.others_percent),
        whole(Some(row.wal_bytes_per_request)),
        batch,
    ]
}

fn conclusions(out: &mut impl Write, report: &Report) -> io::Result<()> {
    if let Some(ratio) = report.ratios.throughput {
        writeln!(out, "Throughput: {ratio:.2} times the best of pgbench")?;
    }
    if let Some(ratio) = report.ratios.latency_alone {
        writeln!(
            out,
            "Median latency of one client: {ratio:.2} times pgbench's"
        )?;
    }
    let audit = &report.audit;
    writeln!(
        out,
        "Audit: {} events, {} expected; {} campaigns compared with a replay of the log, {} differ",
        audit.events, audit.events_expected, audit.campaigns, audit.differences
    )?;
    if let Some(difference) = &audit.first_difference {
        writeln!(out, "First difference: {difference}")?;
    }
    if audit.not_active != 0 {
        writeln!(out, "{} campaigns are not active", audit.not_active)?;
    }
    for phase in report.phases.iter().filter(|phase| phase.errors != 0) {
        writeln!(out, "{} errors at {} clients:", phase.errors, phase.clients)?;
        for error in &phase.errors_shown {
            writeln!(out, "  {}", error.escape_debug())?;
        }
    }
    if report.machine.is_volatile() {
        writeln!(
            out,
            "The cluster was in memory, not on a disk: choose one with --directory"
        )?;
    }
    Ok(())
}
