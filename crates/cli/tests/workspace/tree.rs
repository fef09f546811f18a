//! The repository as the rules see it: its text files, with paths from the root.
//!
//! Build results, version control, local data and other hidden folders are left out. A rule takes
//! files as an argument, so that a test can hand it a file that breaks it.

use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// Folders that are not source, wherever they stand. Hidden ones are not either, but for those in
/// [`HIDDEN_SOURCE`].
const NOT_SOURCE: [&str; 2] = ["target", "node_modules"];
const HIDDEN_SOURCE: [&str; 2] = [".ci", ".config"];

/// Endings of the files that rules read, and names of those that have no ending.
const ENDINGS: [&str; 4] = ["rs", "sql", "sh", "toml"];
const NAMES: [&str; 2] = ["Makefile", "run"];

/// One text file.
pub struct File {
    /// Its path from the root, with `/`.
    pub path: String,
    pub text: String,
}

impl File {
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
        }
    }

    /// Whether its path ends so, for example `.rs`.
    pub fn ends_with(&self, ending: &str) -> bool {
        self.path.ends_with(ending)
    }

    /// The crate it belongs to, by its folder in `crates`.
    pub fn crate_name(&self) -> Option<&str> {
        self.path
            .strip_prefix("crates/")?
            .split_once('/')
            .map(|(name, _)| name)
    }

    /// Whether it exists for tests alone. Test modules inside other files are [`crate::source`]'s
    /// to find.
    pub fn is_test(&self) -> bool {
        let (folders, name) = self.path.rsplit_once('/').unwrap_or(("", &self.path));
        self.crate_name() == Some("testkit")
            || folders
                .split('/')
                .any(|folder| folder == "tests" || folder == "benches")
            || name == "tests.rs"
            || name.ends_with("_tests.rs")
    }
}

/// Every source file of the repository.
pub fn files() -> &'static [File] {
    static FILES: LazyLock<Vec<File>> = LazyLock::new(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut files = Vec::new();
        collect(&root, &root, &mut files);
        files.sort_by(|one, other| one.path.cmp(&other.path));
        files
    });
    &FILES
}

/// The source files that are Rust.
pub fn rust(files: &[File]) -> impl Iterator<Item = &File> {
    files.iter().filter(|file| file.ends_with(".rs"))
}

/// Fails with every violation and with the remedy, unless there is none.
#[track_caller]
pub fn hold(violations: &[impl Display], remedy: &str) {
    let list: String = violations
        .iter()
        .map(|violation| format!("  {violation}\n"))
        .collect();
    assert!(
        violations.is_empty(),
        "this breaks the rule:\n{list}instead: {remedy}"
    );
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<File>) {
    for path in entries(folder) {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        if path.is_dir() {
            let hidden = name.starts_with('.') && !HIDDEN_SOURCE.contains(&name.as_str());
            if !hidden && !NOT_SOURCE.contains(&name.as_str()) {
                collect(root, &path, files);
            }
        } else if is_read(&name) {
            let text = fs::read_to_string(&path)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let relative = path.strip_prefix(root).unwrap_or(&path);
            files.push(File::new(
                relative.to_string_lossy().replace('\\', "/"),
                text,
            ));
        }
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let listing =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    listing
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .collect()
}

fn is_read(name: &str) -> bool {
    NAMES.contains(&name)
        || name
            .rsplit_once('.')
            .is_some_and(|(_, ending)| ENDINGS.contains(&ending))
}

#[test]
fn the_repository_is_read_from_its_root() {
    for path in [
        "Cargo.toml",
        "Makefile",
        ".ci/run",
        "crates/domain/Cargo.toml",
        "crates/cli/tests/workspace/tree.rs",
    ] {
        assert!(
            files().iter().any(|file| file.path == path),
            "{path} was not read"
        );
    }
}

#[test]
fn a_file_knows_its_crate_and_whether_it_is_a_test() {
    let file = |path: &str| File::new(path, "");

    assert_eq!(file("crates/web/src/problem.rs").crate_name(), Some("web"));
    assert_eq!(file("migrations/V1__x.sql").crate_name(), None);
    for path in [
        "crates/web/tests/pause.rs",
        "crates/web/src/pause/tests.rs",
        "crates/testkit/src/lib.rs",
    ] {
        assert!(file(path).is_test(), "{path}");
    }
    assert!(!file("crates/web/src/contests.rs").is_test());
}

#[test]
#[should_panic(expected = "instead: do better")]
fn a_broken_rule_fails_and_says_what_to_do() {
    hold(&["here"], "do better");
}
