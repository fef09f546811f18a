//! Files and functions that fit a reader's mind.
//!
//! Clippy counts a function's statements and skips some code; here every line counts, from `fn` to
//! the closing brace, and tests are no exception.

use crate::source::functions;
use crate::tree::{File, files, hold, rust};

const FILE_LINES_MAX: usize = 400;
const FUNCTION_LINES_MAX: usize = 60;

fn long_files(files: &[File]) -> Vec<String> {
    files
        .iter()
        .filter(|file| file.ends_with(".rs") || file.ends_with(".sql"))
        .map(|file| (file, file.text.lines().count()))
        .filter(|(_, lines)| *lines > FILE_LINES_MAX)
        .map(|(file, lines)| format!("{}: {lines} lines", file.path))
        .collect()
}

fn long_functions(files: &[File]) -> Vec<String> {
    let of_file = |file: &File| {
        let long = functions(&file.text)
            .into_iter()
            .filter(|function| function.lines > FUNCTION_LINES_MAX);
        long.map(|found| {
            format!(
                "{}:{}: `{}` has {} lines",
                file.path, found.line, found.name, found.lines
            )
        })
        .collect::<Vec<_>>()
    };
    rust(files).flat_map(of_file).collect()
}

#[test]
fn no_file_is_longer_than_400_lines() {
    hold(
        &long_files(files()),
        "find the second subject in the file and give it a file of its own",
    );
}

#[test]
fn no_function_is_longer_than_60_lines() {
    hold(
        &long_functions(files()),
        "name its steps and make them functions, or make a table of it",
    );
}

#[test]
fn a_long_file_is_seen() {
    let files = [
        File::new("a.rs", "//!\n".repeat(401)),
        File::new("b.rs", "//!\n".repeat(400)),
    ];

    assert_eq!(long_files(&files), ["a.rs: 401 lines"]);
}

#[test]
fn a_long_function_is_seen() {
    let function = |name: &str, lines: usize| {
        format!("fn {name}() {{\n{}}}\n", "    step();\n".repeat(lines - 2))
    };
    let text = format!(
        "//! Head.\n{}{}",
        function("fits", 60),
        function("does_not", 61)
    );

    assert_eq!(
        long_functions(&[File::new("a.rs", text)]),
        ["a.rs:62: `does_not` has 61 lines"]
    );
}
