//! Where SQL lives: one statement a file, with a header, in the crate that owns the tables, and in
//! use.
//!
//! SQL inside Rust is found by its keywords in string literals. Tests, the test kit, the benchmark
//! and the administration of a private PostgreSQL may write it there; `web` may not, in its tests
//! neither.

use std::path::{Component, Path, PathBuf};

use crate::source::{Part, literals, only, without_tests};
use crate::tree::{File, files, hold, rust};

/// Crates with statements in a folder `sql`.
const OWNERS: [&str; 10] = [
    "event-store",
    "projector",
    "outbox",
    "people",
    "waitpoints",
    "keys",
    "senders",
    "ledger",
    "commands",
    "private-postgres",
];

/// Crates that may write SQL in string literals too.
const ADMINISTRATORS: [&str; 3] = ["testkit", "bench", "private-postgres"];

/// Whether a text is, or holds, one of the four statements that read and write rows. In capitals
/// they are found anywhere; in small letters at the beginning, because sentences use the same
/// words.
fn is_sql(text: &str) -> bool {
    let separates = |next: char| !next.is_alphanumeric() && next != '_';
    let words: Vec<&str> = text
        .split(separates)
        .filter(|word| !word.is_empty())
        .collect();
    let pair = |one: &str, other: &str| words.windows(2).any(|pair| pair == [one, other]);
    let update_set = words
        .iter()
        .skip_while(|word| **word != "UPDATE")
        .any(|word| *word == "SET");
    let lower = text.trim_start();
    words.contains(&"SELECT")
        || pair("INSERT", "INTO")
        || pair("DELETE", "FROM")
        || update_set
        || ["select ", "insert into ", "delete from "]
            .iter()
            .any(|start| lower.starts_with(start))
        || lower.starts_with("update ") && lower.contains(" set ")
}

fn sql_in_rust(file: &File, source: &str) -> Vec<String> {
    let found = literals(source)
        .into_iter()
        .filter(|(_, text)| is_sql(text));
    found
        .map(|(line, text)| {
            format!(
                "{}:{line}: {}",
                file.path,
                text.lines().next().unwrap_or_default()
            )
        })
        .collect()
}

fn stray_sql(files: &[File]) -> Vec<String> {
    let may = |file: &File| {
        file.crate_name()
            .is_some_and(|name| ADMINISTRATORS.contains(&name))
    };
    rust(files)
        .filter(|file| !file.is_test() && !may(file))
        .flat_map(|file| sql_in_rust(file, &without_tests(&file.text)))
        .collect()
}

fn sql_in_web(files: &[File]) -> Vec<String> {
    let web = || files.iter().filter(|file| file.crate_name() == Some("web"));
    let statements = web()
        .filter(|file| file.ends_with(".sql"))
        .map(|file| file.path.clone());
    let literals = web()
        .filter(|file| file.ends_with(".rs"))
        .flat_map(|file| sql_in_rust(file, &file.text));
    statements.chain(literals).collect()
}

fn sql_files(files: &[File]) -> impl Iterator<Item = &File> {
    files.iter().filter(|file| file.ends_with(".sql"))
}

fn is_statement(file: &File) -> bool {
    file.crate_name()
        .is_some_and(|name| file.path.starts_with(&format!("crates/{name}/sql/")))
}

fn misplaced_sql_files(files: &[File]) -> Vec<&str> {
    let is_placed = |file: &File| {
        let owned =
            file.crate_name().is_some_and(|name| OWNERS.contains(&name)) && is_statement(file);
        owned
            || file.is_test()
            || file.path.starts_with("migrations/")
            || file.path.starts_with("crates/bench/")
    };
    sql_files(files)
        .filter(|file| !is_placed(file))
        .map(|file| file.path.as_str())
        .collect()
}

fn headless_sql_files(files: &[File]) -> Vec<&str> {
    sql_files(files)
        .filter(|file| !file.text.starts_with("--"))
        .map(|file| file.path.as_str())
        .collect()
}

fn crowded_sql_files(files: &[File]) -> Vec<&str> {
    let is_crowded = |file: &&File| {
        let code: String = file
            .text
            .lines()
            .filter_map(|line| line.split("--").next())
            .collect();
        code.trim_end().trim_end_matches(';').contains(';')
    };
    sql_files(files)
        .filter(|file| is_statement(file))
        .filter(is_crowded)
        .map(|file| file.path.as_str())
        .collect()
}

fn unused_sql_files(files: &[File]) -> Vec<&str> {
    let included: Vec<PathBuf> = rust(files).flat_map(included_files).collect();
    sql_files(files)
        .filter(|file| is_statement(file) && !included.contains(&PathBuf::from(&file.path)))
        .map(|file| file.path.as_str())
        .collect()
}

/// Paths from the root of the files that a Rust file includes as text.
fn included_files(file: &File) -> Vec<PathBuf> {
    if !only(&file.text, Part::Code).contains("include_str!") {
        return Vec::new();
    }
    let folder = Path::new(&file.path).parent().unwrap_or(Path::new(""));
    literals(&file.text)
        .iter()
        .map(|(_, text)| normalised(&folder.join(text)))
        .collect()
}

fn normalised(path: &Path) -> PathBuf {
    let mut normalised = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                normalised.pop();
            }
            other => normalised.push(other),
        }
    }
    normalised
}

fn misnumbered_migrations(files: &[File]) -> Vec<String> {
    let version = |file: &File| -> Option<usize> {
        let (number, name) = file
            .path
            .strip_prefix("migrations/V")?
            .strip_suffix(".sql")?
            .split_once("__")?;
        if name.is_empty() {
            None
        } else {
            number.parse().ok()
        }
    };
    let mut migrations: Vec<_> = sql_files(files)
        .filter(|file| file.path.starts_with("migrations/"))
        .map(|file| (version(file).unwrap_or(0), file.path.as_str()))
        .collect();
    migrations.sort_unstable();
    let in_order = migrations.into_iter().zip(1..);
    in_order
        .filter(|((version, _), expected)| version != expected)
        .map(|((_, path), expected)| format!("{path}: expected V{expected}__<what it makes>.sql"))
        .collect()
}

#[test]
fn sql_stands_in_sql_files() {
    hold(
        &stray_sql(files()),
        "put the statement into crates/<owner of the table>/sql/<what it does>.sql and load it with include_str!",
    );
}

#[test]
fn web_knows_no_sql() {
    hold(
        &sql_in_web(files()),
        "ask `commands` or `projector`, which own the statement",
    );
}

#[test]
fn sql_files_stand_where_their_tables_are_owned() {
    hold(
        &misplaced_sql_files(files()),
        "move it to crates/<owner of the table>/sql/, or to migrations/",
    );
}

#[test]
fn every_sql_file_begins_with_its_header() {
    hold(
        &headless_sql_files(files()),
        "begin with -- lines: what it does, what the binds mean, what no rows means",
    );
}

#[test]
fn a_statement_has_a_file_of_its_own() {
    hold(
        &crowded_sql_files(files()),
        "split it: one statement a file",
    );
}

#[test]
fn every_statement_is_in_use() {
    hold(
        &unused_sql_files(files()),
        "delete it, or load it with include_str!(\"../sql/<name>.sql\")",
    );
}

#[test]
fn migrations_are_numbered_from_1_without_gaps() {
    hold(
        &misnumbered_migrations(files()),
        "number the migrations V1, V2, … in the order in which they apply",
    );
}

#[test]
fn sql_in_a_string_is_told_from_a_sentence() {
    for sql in [
        "SELECT 1",
        "WITH a AS (SELECT 1)",
        "INSERT  INTO a",
        "DELETE FROM a",
        "UPDATE a\nSET b = 1",
    ] {
        assert!(is_sql(sql), "{sql}");
    }
    for sql in ["select 1", "insert into a", "update a set b = 1"] {
        assert!(is_sql(sql), "{sql}");
    }
    for sentence in [
        "SELECTED",
        "nothing to select from",
        "UPDATED and SET",
        "deletes from the list",
        "BEGIN",
    ] {
        assert!(!is_sql(sentence), "{sentence}");
    }
}

#[test]
fn stray_sql_is_seen() {
    let text = "// SELECT 1\nfn a() { \"SELECT 1\" }\n#[cfg(test)]\nmod tests { const A: &str = \"SELECT 2\"; }\n";
    let at = |path: &str| [File::new(path, text)];

    assert_eq!(
        stray_sql(&at("crates/web/src/a.rs")),
        ["crates/web/src/a.rs:2: SELECT 1"]
    );
    assert!(stray_sql(&at("crates/keys/tests/a.rs")).is_empty());
    assert!(stray_sql(&at("crates/testkit/src/a.rs")).is_empty());
    assert_eq!(sql_in_web(&at("crates/web/src/a.rs")).len(), 2);
}

#[test]
fn a_statement_that_is_misplaced_headless_crowded_or_unused_is_seen() {
    let files = [
        File::new("crates/web/sql/a.sql", "SELECT 1; SELECT 2;\n"),
        File::new("crates/keys/sql/b.sql", "-- b; used\nSELECT 1;\n"),
        File::new(
            "crates/keys/src/lib.rs",
            "const B: &str = include_str!(\"../sql/b.sql\");\n",
        ),
    ];

    assert_eq!(misplaced_sql_files(&files), ["crates/web/sql/a.sql"]);
    assert_eq!(headless_sql_files(&files), ["crates/web/sql/a.sql"]);
    assert_eq!(crowded_sql_files(&files), ["crates/web/sql/a.sql"]);
    assert_eq!(unused_sql_files(&files), ["crates/web/sql/a.sql"]);
}

#[test]
fn a_gap_between_migrations_is_seen() {
    let files = [
        File::new("migrations/V1__a.sql", ""),
        File::new("migrations/V3__b.sql", ""),
        File::new("migrations/V10__c.sql", ""),
    ];

    assert_eq!(
        misnumbered_migrations(&files),
        [
            "migrations/V3__b.sql: expected V2__<what it makes>.sql",
            "migrations/V10__c.sql: expected V3__<what it makes>.sql",
        ]
    );
}
