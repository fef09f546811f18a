//! What only one place may name.
//!
//! A status belongs to `web/src/problem.rs`, so that one `match` shows every answer; the paths that
//! keep another platform's contract have one `match` of their own, in that platform's shape. The clock,
//! randomness and the environment are read by programs (`cli`, `bench`) and handed down, so that
//! everything else can be tested with times and ids of the test's choosing. Tests are free, also
//! those inside a source file. Nothing is unsafe, and nothing unfinished is left behind, in tests
//! neither.

use crate::source::{Part, lines_with, only, without_tests};
use crate::tree::{File, files, hold, rust};

/// Where a status may be named, by how a path begins, and why.
const STATUS_NAMED_IN: [(&str, &str); 3] = [
    (
        "crates/web/src/problem.rs",
        "the one table from errors to answers",
    ),
    (
        "crates/web/src/tokens/refusal.rs",
        "the same for the paths that keep Trigger.dev's contract, whose statuses and bodies are not ours to choose",
    ),
    (
        "crates/bench/",
        "a client: it reads the statuses of answers",
    ),
];

/// What names a status: the constants, and actix-web's builders for refusals and failures.
const STATUSES: [&str; 11] = [
    "StatusCode::",
    "HttpResponse::BadRequest",
    "HttpResponse::Unauthorized",
    "HttpResponse::Forbidden",
    "HttpResponse::NotFound",
    "HttpResponse::Conflict",
    "HttpResponse::PreconditionFailed",
    "HttpResponse::UnprocessableEntity",
    "HttpResponse::TooManyRequests",
    "HttpResponse::InternalServerError",
    "HttpResponse::ServiceUnavailable",
];

/// Crates that are programs, which read their surroundings and hand them down.
const PROGRAMS: [&str; 2] = ["cli", "bench"];

const SURROUNDINGS: [&str; 10] = [
    "Utc::now",
    "Local::now",
    "SystemTime::now",
    "Uuid::now_v7",
    "Uuid::new_v4",
    "rand::rng",
    "env::var",
    "env::var_os",
    "env::vars",
    "env::vars_os",
];

/// What marks unfinished work, in comments and in code.
const MARKS: [&str; 3] = ["TODO", "FIXME", "XXX"];
const STUBS: [&str; 3] = ["todo!", "unimplemented!", "dbg!"];

/// `path:line: phrase` for each of the phrases in the text.
fn named(file: &File, text: &str, phrases: &[&str]) -> Vec<String> {
    let lines = |phrase: &&str| {
        let place = |line| format!("{}:{line}: `{phrase}`", file.path);
        lines_with(text, phrase)
            .into_iter()
            .map(place)
            .collect::<Vec<_>>()
    };
    phrases.iter().flat_map(lines).collect()
}

/// The code of a file that ships, without its tests.
fn shipped_code(file: &File) -> String {
    only(&without_tests(&file.text), Part::Code)
}

fn shipped(files: &[File]) -> impl Iterator<Item = &File> {
    rust(files).filter(|file| !file.is_test())
}

fn stray_statuses(files: &[File]) -> Vec<String> {
    let may = |file: &File| {
        STATUS_NAMED_IN
            .iter()
            .any(|(path, _)| file.path.starts_with(path))
    };
    shipped(files)
        .filter(|file| !may(file))
        .flat_map(|file| named(file, &shipped_code(file), &STATUSES))
        .collect()
}

fn surroundings_read(files: &[File]) -> Vec<String> {
    let is_program = |file: &File| {
        file.crate_name()
            .is_some_and(|name| PROGRAMS.contains(&name))
    };
    shipped(files)
        .filter(|file| !is_program(file))
        .flat_map(|file| named(file, &shipped_code(file), &SURROUNDINGS))
        .collect()
}

/// Whatever proves and verifies could be a program of its own: it knows no database, no network and
/// no waiting.
const OUTSIDE_OF_PROOFS: [&str; 6] = [
    "tokio",
    "tokio_postgres",
    "event_store",
    "domain",
    "tracing",
    "async",
];

fn impure_proofs(files: &[File]) -> Vec<String> {
    let is_pure = |file: &&File| {
        let inner = file.path.strip_prefix("crates/ledger/src/");
        inner.is_some_and(|inner| !inner.starts_with("keeping"))
    };
    rust(files)
        .filter(is_pure)
        .flat_map(|file| named(file, &shipped_code(file), &OUTSIDE_OF_PROOFS))
        .collect()
}

fn unsafe_code(files: &[File]) -> Vec<String> {
    rust(files)
        .flat_map(|file| named(file, &only(&file.text, Part::Code), &["unsafe"]))
        .collect()
}

fn unfinished(files: &[File]) -> Vec<String> {
    let in_rust = rust(files).flat_map(|file| {
        let marks = named(file, &only(&file.text, Part::Comment), &MARKS);
        [marks, named(file, &only(&file.text, Part::Code), &STUBS)].concat()
    });
    let elsewhere = files.iter().filter(|file| !file.ends_with(".rs"));
    in_rust
        .chain(elsewhere.flat_map(|file| named(file, &file.text, &MARKS)))
        .collect()
}

#[test]
fn only_the_problem_table_names_a_status() {
    hold(
        &stray_statuses(files()),
        "return an error that crates/web/src/problem.rs turns into an answer (crates/web/src/tokens/refusal.rs on \
         Trigger.dev's paths); a client of somebody else's API is \
         added to STATUS_NAMED_IN in crates/cli/tests/workspace/boundaries.rs with its reason",
    );
}

#[test]
fn only_programs_read_the_clock_randomness_and_the_environment() {
    hold(
        &surroundings_read(files()),
        "take the time, the id, the source of randomness or the setting as an argument, and read it in crates/cli",
    );
}

#[test]
fn nothing_is_unsafe() {
    hold(
        &unsafe_code(files()),
        "use a safe function, or a well-kept package that has done it",
    );
}

#[test]
fn nothing_unfinished_is_left_behind() {
    hold(
        &unfinished(files()),
        "finish it, or file an issue and leave no trace in the source",
    );
}

#[test]
fn a_stray_status_is_seen() {
    let text = "//! `StatusCode::OK`\nfn a() { StatusCode::OK }\n#[cfg(test)]\nmod tests { use StatusCode::OK; }\n";

    assert_eq!(
        stray_statuses(&[File::new("crates/web/src/pause.rs", text)]),
        ["crates/web/src/pause.rs:2: `StatusCode::`"]
    );
    assert!(stray_statuses(&[File::new("crates/web/src/problem.rs", text)]).is_empty());
    assert!(stray_statuses(&[File::new("crates/web/tests/pause.rs", text)]).is_empty());
}

#[test]
fn reading_the_surroundings_is_seen() {
    let text = "//! Head.\nfn a() { Utc::now(); Uuid::now_v7(); std::env::var(\"Utc::now\") }\n";

    assert_eq!(
        surroundings_read(&[File::new("crates/private-postgres/src/account.rs", text)]),
        [
            "crates/private-postgres/src/account.rs:2: `Utc::now`",
            "crates/private-postgres/src/account.rs:2: `Uuid::now_v7`",
            "crates/private-postgres/src/account.rs:2: `env::var`",
        ]
    );
    assert!(surroundings_read(&[File::new("crates/cli/src/main.rs", text)]).is_empty());
}

#[test]
fn what_proves_and_verifies_needs_no_database() {
    hold(
        &impure_proofs(files()),
        "put what needs a database under crates/ledger/src/keeping",
    );
}

#[test]
fn a_database_in_a_proof_is_seen() {
    let text = "//! Head.\nuse event_store::JournalId;\n";

    let proof = File::new("crates/ledger/src/proof.rs", text);
    let keeping = File::new("crates/ledger/src/keeping/sealer.rs", text);
    assert_eq!(
        impure_proofs(&[proof]),
        ["crates/ledger/src/proof.rs:2: `event_store`"]
    );
    assert!(impure_proofs(&[keeping]).is_empty());
}

#[test]
fn unsafe_code_is_seen() {
    let text = "#![forbid(unsafe_code)]\n// unsafe\nfn a() { unsafe { b() } }\n";

    assert_eq!(
        unsafe_code(&[File::new("crates/web/tests/a.rs", text)]),
        ["crates/web/tests/a.rs:3: `unsafe`"]
    );
}

#[test]
fn unfinished_work_is_seen() {
    let files = [
        File::new(
            "a.rs",
            "// TODO: more\nfn a() { todo!() }\nlet b = \"XXX\";\n",
        ),
        File::new("b.sql", "-- FIXME\n"),
    ];

    assert_eq!(
        unfinished(&files),
        ["a.rs:1: `TODO`", "a.rs:2: `todo!`", "b.sql:1: `FIXME`"]
    );
}
