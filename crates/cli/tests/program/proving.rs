//! What is archived and what is exported is proven as before.

use crate::exporting::{Written, exports, file, written};
use crate::running::{DEMO_CAMPAIGN, does, json};
use std::fs;
use std::time::Duration;

/// The head of the journal with the demo's events, once a checkpoint covers it.
async fn sealed(written: &Written) -> (String, String) {
    let all = exports(written, &[]).await;
    let last = json(all.lines().last().unwrap());
    let (journal, head) = (last["journal"].to_string(), last["position"].to_string());
    for _ in 0..100 {
        let asked = ["ledger", "checkpoint", "--journal", &journal];
        let answered = written.program(&asked).output().await.unwrap();
        let checkpoint = String::from_utf8(answered.stdout).unwrap();
        if checkpoint.lines().nth(1) == Some(&head) {
            return (journal, all);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("journal {journal} was not sealed up to {head}");
}

#[tokio::test]
async fn archived_events_are_verified_and_proven_as_before_and_so_is_an_export() {
    let written = written().await;
    let (journal, before) = sealed(&written).await;
    let archive = ["archive", "--journal", &journal, "--before", "51"];
    does(&written, &archive).await;
    let (export, proof) = (file(&written), written.path().join("proof"));
    let (export, proof) = (export.to_str().unwrap(), proof.to_str().unwrap());

    exports(&written, &["--output", export]).await;
    does(&written, &["prove", DEMO_CAMPAIGN, "2", "--output", proof]).await;

    assert!(fs::read_to_string(export).unwrap() == before);
    does(&written, &["verify", "--ledger"]).await;
    does(&written, &["verify", "--ledger", "--export", export]).await;
    let whole = json(&does(&written, &["verify", "--json"]).await);
    assert_eq!(whole["ok"], true, "{whole}");
    let keys = does(&written, &["ledger", "key", "list"]).await;
    let key = keys
        .split_whitespace()
        .find(|word| word.contains('+'))
        .unwrap();
    does(&written, &["verify-proof", proof, "--key", key]).await;
}
