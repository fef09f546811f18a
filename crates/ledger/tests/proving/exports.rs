//! Exports: audited without a database, beside a published directory or alone.

use crate::given::{checkpoint, entries, key, other_key, tree};
use ledger::{
    Difference, Directory, Edge, Entry, Evidence, Findings, TILE_HASHES, Trust, audit_export,
};
use tempfile::TempDir;

fn trust() -> Trust {
    Trust::of(vec![key().public().clone()])
}

fn export(entries: &[Entry]) -> String {
    let line = |entry| serde_json::to_string(entry).unwrap() + "\n";
    entries.iter().map(line).collect()
}

fn published(entries: &[Entry]) -> (TempDir, Directory) {
    let temporary = tempfile::tempdir().unwrap();
    let directory = Directory::at(temporary.path());
    let (mut edge, mut full) = (Edge::default(), Vec::new());
    entries
        .iter()
        .for_each(|entry| edge.append(entry.leaf(), &mut full));
    for tile in full.into_iter().chain(edge.tiles()) {
        directory.write_tile(2, &tile).unwrap();
    }
    let note = checkpoint(&tree(entries)).sign(&key()).unwrap();
    directory.write_checkpoint(2, &note).unwrap();
    (temporary, directory)
}

fn audited(lines: &str, trust: &Trust, directory: Option<&Directory>) -> Findings {
    audit_export(lines.as_bytes(), trust, directory, &[]).unwrap()
}

#[test]
fn an_export_agrees_with_what_was_published_of_it() {
    let (_kept, directory) = published(&entries(600));

    let found = audited(&export(&entries(600)), &trust(), Some(&directory));

    let agreement = *found[&2].as_ref().unwrap();
    assert_eq!((agreement.events, agreement.covered), (600, 600));
}

#[test]
fn a_changed_line_of_an_export_is_named() {
    let (_kept, directory) = published(&entries(600));
    let mut changed = entries(600);
    changed[432].payload.push(' ');

    let found = audited(&export(&changed), &trust(), Some(&directory));

    let event = Difference::Event {
        position: 433,
        proven: true,
    };
    assert_eq!(found[&2], Err(event));
}

#[test]
fn an_export_without_a_directory_is_held_to_saved_checkpoints() {
    let mut trust = trust();
    let note = checkpoint(&tree(&entries(600))).sign(&key()).unwrap();
    trust.save(&note).unwrap();

    let whole = audited(&export(&entries(601)), &trust, None);
    let cut = audited(&export(&entries(599)), &trust, None);
    let nothing = audited("", &trust, None);

    assert_eq!(whole[&2].as_ref().unwrap().covered, 600);
    let shorter = |events| Difference::Shorter {
        events,
        signed: 600,
        evidence: Evidence::Saved,
    };
    assert_eq!(cut[&2], Err(shorter(599)));
    assert_eq!(nothing[&2], Err(shorter(0)));
}

#[test]
fn a_directory_that_was_signed_again_with_another_key_is_named() {
    let (_kept, directory) = published(&entries(600));
    let note = checkpoint(&tree(&entries(600))).sign(&other_key()).unwrap();
    directory.write_checkpoint(2, &note).unwrap();

    let found = audited(&export(&entries(600)), &trust(), Some(&directory));

    assert!(matches!(
        found[&2],
        Err(Difference::Signature {
            evidence: Evidence::Published,
            ..
        })
    ));
}

#[test]
fn a_full_tile_takes_the_place_of_the_narrow_ones() {
    let (kept, directory) = published(&entries(255));
    let narrow = kept.path().join("2/tile/0/000.p/255");
    assert!(narrow.is_file());

    let (mut edge, mut full) = (Edge::default(), Vec::new());
    entries(256)
        .iter()
        .for_each(|entry| edge.append(entry.leaf(), &mut full));
    directory.write_tile(2, &full[0]).unwrap();

    assert!(!narrow.exists());
    assert!(kept.path().join("2/tile/0/000").is_file());
    let tile = directory.tile(2, full[0].id, 255).unwrap();
    assert_eq!(
        tile.width(),
        TILE_HASHES,
        "who asks for the narrow one finds the full one"
    );
}

#[test]
fn a_line_that_is_no_event_is_refused_by_its_number() {
    let lines = export(&entries(2)) + "{}\n";

    let refused = audit_export(lines.as_bytes(), &trust(), None, &[]).unwrap_err();

    assert_eq!(refused.to_string(), "line 3 of the export is no event");
}
