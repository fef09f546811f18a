//! Who may know whom: the arrows between the workspace's crates all point one way.
//!
//! Only `[dependencies]` (and build and per-target ones) are arrows; tests may reach where they
//! like. A crate that is not in [`ARROWS`] fails, so that a new one is drawn into the map first.

use toml::Table;

use crate::tree::{File, files, hold};

/// Which of the workspace's own crates a crate may depend on.
enum Allowed {
    Only(&'static [&'static str]),
    AllBut(&'static [&'static str]),
}

use Allowed::{AllBut, Only};

const ARROWS: [(&str, Allowed); 16] = [
    ("domain", Only(&[])),
    ("event-store", Only(&["domain"])),
    ("projector", Only(&["domain", "event-store"])),
    ("waitpoints", Only(&["domain", "event-store"])),
    ("outbox", Only(&["domain", "event-store", "waitpoints"])),
    ("people", Only(&["domain", "event-store", "projector"])),
    ("keys", Only(&[])),
    ("ledger", Only(&["domain", "event-store"])),
    ("senders", Only(&["domain"])),
    (
        "commands",
        Only(&[
            "domain",
            "event-store",
            "projector",
            "outbox",
            "people",
            "senders",
        ]),
    ),
    ("private-postgres", Only(&[])),
    ("rehearsal", Only(&["domain", "event-store"])),
    (
        "web",
        Only(&[
            "commands",
            "domain",
            "event-store",
            "keys",
            "ledger",
            "outbox",
            "people",
            "projector",
            "senders",
            "waitpoints",
        ]),
    ),
    ("cli", AllBut(&["testkit"])),
    ("testkit", AllBut(&[])),
    ("bench", AllBut(&["testkit"])),
];

/// What the pure crate must not reach for: each forbids the packages whose names begin so.
const IMPURE: [&str; 11] = [
    "tokio", "async", "futures", "postgres", "deadpool", "refinery", "actix", "hyper", "reqwest",
    "rand", "tracing",
];

/// A crate's name and its parsed manifest.
type Manifest<'a> = (&'a str, Table);

fn manifests(files: &[File]) -> Vec<Manifest<'_>> {
    let manifest = |file: &File| {
        file.text
            .parse()
            .unwrap_or_else(|error| panic!("{}: {error}", file.path))
    };
    files
        .iter()
        .filter_map(|file| {
            let name = file.crate_name()?;
            (file.path == format!("crates/{name}/Cargo.toml")).then(|| (name, manifest(file)))
        })
        .collect()
}

/// The packages that a crate ships with.
fn shipped_dependencies(manifest: &Table) -> Vec<&str> {
    let per_target = manifest
        .get("target")
        .and_then(|target| target.as_table())
        .into_iter()
        .flatten();
    let sections = per_target
        .filter_map(|(_, section)| section.as_table())
        .chain([manifest]);
    sections
        .flat_map(|section| {
            ["dependencies", "build-dependencies"].map(|name| packages(section, name))
        })
        .flatten()
        .collect()
}

fn packages<'a>(section: &'a Table, name: &str) -> Vec<&'a str> {
    let dependencies = section
        .get(name)
        .and_then(|dependencies| dependencies.as_table());
    let renamed = |dependency: &'a toml::Value| {
        dependency
            .get("package")
            .and_then(|package| package.as_str())
    };
    dependencies
        .into_iter()
        .flatten()
        .map(|(key, dependency)| renamed(dependency).unwrap_or(key))
        .collect()
}

fn forbidden_arrows(files: &[File]) -> Vec<String> {
    let manifests = manifests(files);
    let is_own = |package: &str| ARROWS.iter().any(|(name, _)| *name == package);
    let mut violations = Vec::new();
    for (name, manifest) in &manifests {
        let Some((_, allowed)) = ARROWS.iter().find(|(known, _)| known == name) else {
            violations.push(format!("crates/{name}: no arrows are drawn for this crate"));
            continue;
        };
        for package in shipped_dependencies(manifest)
            .into_iter()
            .filter(|package| is_own(package))
        {
            let is_allowed = match allowed {
                Only(packages) => packages.contains(&package),
                AllBut(packages) => !packages.contains(&package),
            };
            if !is_allowed {
                violations.push(format!(
                    "crates/{name}/Cargo.toml: {name} must not know {package}"
                ));
            }
        }
    }
    violations
}

fn impurities(files: &[File]) -> Vec<String> {
    let manifests = manifests(files);
    let domain = manifests.iter().filter(|(name, _)| *name == "domain");
    domain
        .flat_map(|(_, manifest)| {
            [
                shipped_dependencies(manifest),
                packages(manifest, "dev-dependencies"),
            ]
            .concat()
        })
        .filter(|package| IMPURE.iter().any(|impure| package.starts_with(impure)))
        .map(|package| format!("crates/domain/Cargo.toml: {package}"))
        .collect()
}

#[test]
fn crates_depend_on_each_other_only_along_the_arrows() {
    hold(
        &forbidden_arrows(files()),
        "move the code to the crate that may know both, or hand the value in; a new crate is added to \
         docs/ARCHITECTURE.md and to ARROWS in crates/cli/tests/workspace/arrows.rs",
    );
}

#[test]
fn the_domain_knows_no_runtime_no_database_and_no_network() {
    hold(
        &impurities(files()),
        "keep deciding pure: do the waiting and the asking in `commands`, and hand its result to `domain`",
    );
}

#[test]
fn a_forbidden_arrow_and_an_undrawn_crate_are_seen() {
    let files = [
        File::new(
            "crates/domain/Cargo.toml",
            "[dependencies]\nkeys.workspace = true\n",
        ),
        File::new(
            "crates/web/Cargo.toml",
            "[dependencies]\nstate = { package = \"private-postgres\" }\n",
        ),
        File::new(
            "crates/cli/Cargo.toml",
            "[target.'cfg(unix)'.dependencies]\ntestkit.workspace = true\n",
        ),
        File::new("crates/undrawn/Cargo.toml", "[dependencies]\n"),
        File::new(
            "crates/keys/Cargo.toml",
            "[dependencies]\n[dev-dependencies]\ntestkit.workspace = true\n",
        ),
    ];

    assert_eq!(
        forbidden_arrows(&files),
        [
            "crates/domain/Cargo.toml: domain must not know keys",
            "crates/web/Cargo.toml: web must not know private-postgres",
            "crates/cli/Cargo.toml: cli must not know testkit",
            "crates/undrawn: no arrows are drawn for this crate",
        ]
    );
}

#[test]
fn a_runtime_in_the_domain_is_seen() {
    let manifest =
        "[dependencies]\nchrono = \"1\"\nasync-trait = \"1\"\n[dev-dependencies]\ntokio = \"1\"\n";

    assert_eq!(
        impurities(&[File::new("crates/domain/Cargo.toml", manifest)]),
        [
            "crates/domain/Cargo.toml: async-trait",
            "crates/domain/Cargo.toml: tokio",
        ]
    );
}
