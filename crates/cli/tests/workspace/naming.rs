//! Names that say what is inside, and a head in every file that says it in a sentence.
//!
//! A crate or module called after no subject gathers everything that has none. The words are
//! refused as folders, as files and as inline modules.

use crate::source::{Part, lines_with, only};
use crate::tree::{File, files, hold, rust};

const SAYS_NOTHING: [&str; 10] = [
    "common", "core", "util", "utils", "helper", "helpers", "misc", "shared", "types", "models",
];

fn empty_names(files: &[File]) -> Vec<String> {
    let mut violations = Vec::new();
    for file in files.iter().filter(|file| file.crate_name().is_some()) {
        let path = file.path.trim_end_matches(".rs");
        if let Some(name) = path.split('/').find(|name| SAYS_NOTHING.contains(name)) {
            violations.push(format!("{}: `{name}`", file.path));
        }
    }
    for file in rust(files) {
        let code = only(&file.text, Part::Code);
        for name in SAYS_NOTHING {
            let inline = lines_with(&code, &format!("mod {name} {{"));
            violations.extend(
                inline
                    .iter()
                    .map(|line| format!("{}:{line}: `mod {name}`", file.path)),
            );
        }
    }
    violations
}

fn headless(files: &[File]) -> Vec<&str> {
    let begins_with_head = |file: &&File| {
        let mut lines = file.text.lines().map(str::trim_start);
        lines
            .find(|line| !line.is_empty() && !line.starts_with("#!["))
            .is_some_and(|line| line.starts_with("//!"))
    };
    rust(files)
        .filter(|file| !begins_with_head(file))
        .map(|file| file.path.as_str())
        .collect()
}

#[test]
fn no_crate_and_no_module_has_a_name_that_says_nothing() {
    hold(
        &empty_names(files()),
        "name it after what it holds, and give what does not belong a file of its own",
    );
}

#[test]
fn every_rust_file_begins_with_its_head() {
    hold(
        &headless(files()),
        "begin the file with //! lines: what it is, why it is safe, what always holds, what is elsewhere",
    );
}

#[test]
fn a_name_that_says_nothing_is_seen() {
    let files = [
        File::new("crates/utils/src/lib.rs", ""),
        File::new("crates/web/src/helpers.rs", ""),
        File::new("crates/web/src/types/pause.rs", ""),
        File::new("crates/web/src/pause.rs", "pub mod misc {\n}"),
        File::new("crates/web/src/score.rs", "mod scores {}"),
    ];

    assert_eq!(
        empty_names(&files),
        [
            "crates/utils/src/lib.rs: `utils`",
            "crates/web/src/helpers.rs: `helpers`",
            "crates/web/src/types/pause.rs: `types`",
            "crates/web/src/pause.rs:1: `mod misc`",
        ]
    );
}

#[test]
fn a_file_without_a_head_is_seen() {
    let files = [
        File::new("a.rs", "#![allow(missing_docs)]\n\n//! A head.\n"),
        File::new("b.rs", "// A comment.\n//! Too late.\n"),
        File::new("c.rs", ""),
    ];

    assert_eq!(headless(&files), ["b.rs", "c.rs"]);
}
