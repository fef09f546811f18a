//! Who writes to standard output and standard error.
//!
//! Everything that the program prints goes through `crates/cli/src/output.rs` and the files under it, which
//! escape what tenants and callers wrote. So nothing else may reach for these streams, in any crate that
//! the program is made of.

use crate::source::{Part, lines_with, only, without_tests};
use crate::tree::{File, files, hold, rust};

/// The one way out.
const WAY_OUT: [&str; 2] = ["crates/cli/src/output.rs", "crates/cli/src/output/"];

/// Programs of the project that are not the service.
const OTHER_PROGRAMS: [&str; 2] = ["bench", "rehearsal"];

const PRINTING: [&str; 14] = [
    "stdout()",
    "stderr()",
    "Stdout",
    "Stderr",
    "print!",
    "println!",
    "eprint!",
    "eprintln!",
    "dbg!",
    "comfy_table",
    "indicatif",
    "ProgressBar",
    "/dev/stdout",
    "/dev/stderr",
];

fn bypasses(files: &[File]) -> Vec<String> {
    let is_judged = |file: &&File| {
        let is_other = file
            .crate_name()
            .is_some_and(|name| OTHER_PROGRAMS.contains(&name));
        let is_way_out = WAY_OUT.iter().any(|path| file.path.starts_with(path));
        file.path.contains("/src/") && !file.is_test() && !is_other && !is_way_out
    };
    rust(files)
        .filter(is_judged)
        .flat_map(|file| {
            let code = only(&without_tests(&file.text), Part::Code);
            PRINTING.iter().flat_map(move |phrase| {
                let place = |line| format!("{}:{line}: `{phrase}`", file.path);
                let lines = lines_with(&code, phrase);
                lines.into_iter().map(place).collect::<Vec<_>>()
            })
        })
        .collect()
}

#[test]
fn everything_printed_goes_through_the_one_way_out() {
    hold(
        &bypasses(files()),
        "print with `crate::output`, which escapes what tenants wrote: line, table, json, complain, DataWriter",
    );
}

#[test]
fn a_print_past_the_way_out_is_seen() {
    let text = "fn a() { writeln!(io::stdout(), \"{}\", name); eprintln!(\"{name}\"); }\n\
                // println!\n#[cfg(test)]\nmod tests { fn b() { println!(\"stdout()\"); } }\n";

    assert_eq!(
        bypasses(&[File::new("crates/cli/src/history.rs", text)]),
        [
            "crates/cli/src/history.rs:1: `stdout()`",
            "crates/cli/src/history.rs:1: `eprintln!`"
        ]
    );
    for free in [
        "crates/cli/src/output/table.rs",
        "crates/bench/src/main.rs",
        "crates/cli/tests/program/main.rs",
    ] {
        assert!(bypasses(&[File::new(free, text)]).is_empty(), "{free}");
    }
}
