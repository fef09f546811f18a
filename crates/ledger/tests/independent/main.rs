//! Programs of others verify what the ledger signs and proves: sigstore, which checks signed
//! checkpoints and inclusion in a transparency log, and pymerkle, which builds trees of RFC 6962 and checks
//! that one begins with another.
//!
//! They live in a Python environment of their own, which `scripts/prerequisites.sh sigstore` makes
//! from `requirements.txt`.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed; not all that is given is used here"
)]

#[path = "../proving/given.rs"]
mod given;

use given::{checkpoint, entries, key, proof, tree};
use ledger::Hash;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const EVENTS: i64 = 1_000;
/// Odd: pymerkle's proofs are made of the same hashes then, see `verify.py`.
const OLDER: i64 = 617;
const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/independent");

fn python() -> PathBuf {
    let tools = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../tools");
    let program = tools.join("sigstore/bin/python");
    assert!(
        program.exists(),
        "missing: sigstore; to install it: scripts/prerequisites.sh sigstore"
    );
    program
}

/// Hashes as the service answers them.
fn json(hashes: &[Hash]) -> String {
    let hashes: Vec<String> = hashes.iter().map(ToString::to_string).collect();
    serde_json::to_string(&hashes).unwrap()
}

fn size(events: i64) -> u64 {
    u64::try_from(events).unwrap()
}

#[test]
fn other_programs_verify_checkpoints_and_both_kinds_of_proof() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| fs::write(directory.path().join(name), text).unwrap();
    let all = entries(EVENTS);
    write("key", key().public().to_string());
    write("checkpoint", checkpoint(&tree(&all)).sign(&key()).unwrap());
    let older = checkpoint(&tree(&entries(OLDER)));
    write("older", older.sign(&key()).unwrap());
    write("proof", proof(&all, 420, &key()).write().unwrap());
    let continued = tree(&all).prove_consistency(size(OLDER), size(EVENTS));
    write("consistency", json(&continued.unwrap()));
    let lines = all
        .iter()
        .map(|entry| serde_json::to_string(entry).unwrap() + "\n");
    write("events.jsonl", lines.collect());

    let output = Command::new(python())
        .arg(format!("{HERE}/verify.py"))
        .arg(directory.path())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();

    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complained}");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("the proof of 420 holds"), "{said}");
    assert!(said.contains("it begins with the first 617"), "{said}");
}
