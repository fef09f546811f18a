//! A journal of some events, its tree and its key.

use chrono::DateTime;
use ledger::{Checkpoint, Entry, Origin, Proof, SigningKey, Tree};
use uuid::Uuid;

pub const LEDGER: &str = "fermata.example/ledger";

pub fn key() -> SigningKey {
    SigningKey::generate(LEDGER, [7; 32]).unwrap().0
}

pub fn other_key() -> SigningKey {
    SigningKey::generate(LEDGER, [8; 32]).unwrap().0
}

pub fn entry(position: i64) -> Entry {
    let number = u128::try_from(position).unwrap();
    Entry {
        journal: 2,
        position,
        campaign_id: Uuid::from_u128(number % 3 + 1),
        version: position / 3 + 1,
        event_id: Uuid::from_u128(number + 1_000),
        event_type: "CampaignPaused".to_owned(),
        schema_version: 1,
        recorded_at: DateTime::from_timestamp_micros(1_760_000_000_000_000 + position).unwrap(),
        payload: format!("{{\"cause\":\"requested\",\"sends_in_flight\":{position}}}"),
        metadata: format!("{{\"command_id\":\"{}\"}}", Uuid::from_u128(number + 5)),
    }
}

pub fn entries(count: i64) -> Vec<Entry> {
    (1..=count).map(entry).collect()
}

pub fn tree(entries: &[Entry]) -> Tree {
    let mut tree = Tree::default();
    for entry in entries {
        tree.append(entry.leaf()).unwrap();
    }
    tree
}

pub fn checkpoint(tree: &Tree) -> Checkpoint {
    Checkpoint {
        origin: Origin {
            ledger: LEDGER.to_owned(),
            journal: 2,
        },
        size: tree.size(),
        root: tree.root_of(tree.size()).unwrap(),
    }
}

pub fn proof(entries: &[Entry], position: i64, key: &SigningKey) -> Proof {
    let tree = tree(entries);
    let entry = entries[usize::try_from(position - 1).unwrap()].clone();
    Proof {
        inclusion: tree
            .prove_inclusion(entry.index().unwrap(), tree.size())
            .unwrap(),
        checkpoint: checkpoint(&tree).sign(key).unwrap(),
        entry,
    }
}
