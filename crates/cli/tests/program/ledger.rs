//! `fermata ledger`, `prove`, `verify-proof` and `verify --ledger`.

use crate::playground::Playground;
use crate::running::{
    DEMO_CAMPAIGN, DEMO_EVENTS, cannot_verify, demo, did, does, json, refused, refuses,
};
use crate::service::Service;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const SIGNED_SECONDS_MAX: u64 = 30;

/// A demo workspace of which everything is signed and published, and the files of its ledger.
struct Sealed {
    playground: Playground,
    key: PathBuf,
    public: String,
    checkpoint: PathBuf,
}

async fn sealed() -> Sealed {
    let playground = Playground::new();
    demo(&playground).await;
    let mut service = Service::start(&playground, &[]).await;
    let published = playground.data.join("ledger");
    let began = Instant::now();
    let checkpoint = loop {
        let found = fs::read_dir(&published).into_iter().flatten().flatten();
        let mut notes = found.map(|entry| entry.path().join("checkpoint"));
        if let Some(note) = notes.find(|note| note.is_file()) {
            break note;
        }
        assert!(began.elapsed() < Duration::from_secs(SIGNED_SECONDS_MAX));
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    service.signal(nix::sys::signal::Signal::SIGTERM);
    assert!(service.exit().await.success());
    let key = playground.data.join("ledger.key");
    let public = fs::read_to_string(playground.data.join("ledger.key.public")).unwrap();
    Sealed {
        playground,
        key,
        public: public.trim().to_owned(),
        checkpoint,
    }
}

impl Sealed {
    fn file(&self, name: &str, text: &str) -> String {
        let path = self.playground.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn saved(&self) -> &str {
        self.checkpoint.to_str().unwrap()
    }
}

#[tokio::test]
async fn beside_a_private_postgresql_a_key_is_made_that_its_account_cannot_read() {
    let sealed = sealed().await;

    let key = fs::metadata(&sealed.key).unwrap();
    let cluster = fs::metadata(sealed.playground.data.join("cluster")).unwrap();

    assert_eq!(key.permissions().mode() & 0o777, 0o600);
    let is_root = nix::unistd::geteuid().is_root();
    assert!(!is_root || key.uid() != cluster.uid());
    let line = fs::read_to_string(&sealed.key).unwrap();
    assert!(line.starts_with("PRIVATE+KEY+fermata/"));
}

#[tokio::test]
async fn an_event_is_proven_to_somebody_who_has_the_public_key_and_nothing_else() {
    let sealed = sealed().await;
    let proof = does(&sealed.playground, &["prove", DEMO_CAMPAIGN, "3"]).await;
    let file = sealed.file("proof.json", &proof);
    let elsewhere = Playground::new();

    let asked = ["verify-proof", &file, "--key", &sealed.public];
    let said = does(&elsewhere, &asked).await;
    let shown = does(&elsewhere, &[&asked[..], &["--json"]].concat()).await;

    assert!(said.starts_with("The proof holds: fermata/"), "{said}");
    assert!(said.contains(DEMO_CAMPAIGN), "{said}");
    assert_eq!(json(&shown)["event"]["version"], 3);
    assert!(!elsewhere.data.exists(), "no database was made");

    let changed = sealed.file(
        "changed.json",
        &proof.replacen("\"version\": 3", "\"version\": 4", 1),
    );
    let refusal = refuses(
        &elsewhere,
        &["verify-proof", &changed, "--key", &sealed.public],
    )
    .await;
    assert!(
        refusal.contains("is not the one that the journal has"),
        "{refusal}"
    );
    let other = "fermata/x+00000000+AAAA";
    let refusal = refuses(&elsewhere, &["verify-proof", &file, "--key", other]).await;
    assert!(refusal.contains("cannot read"), "{refusal}");
}

#[tokio::test]
async fn verify_compares_the_log_with_a_saved_checkpoint() {
    let sealed = sealed().await;
    let saved = ["--checkpoint", sealed.saved()];

    let asked = [&["verify", "--ledger", "--json"][..], &saved].concat();
    let report = json(&does(&sealed.playground, &asked).await);

    assert_eq!(report["ok"], true, "{report}");
    let journals = report["journals"].as_array().unwrap();
    let covered: u64 = journals
        .iter()
        .filter_map(|journal| journal["checks"]["ledger"]["covered"].as_u64())
        .sum();
    assert!(u64::try_from(DEMO_EVENTS).unwrap() <= covered, "{report}");
}

#[tokio::test]
async fn verify_of_an_export_names_what_is_missing_and_fails() {
    let sealed = sealed().await;
    let proof = json(&does(&sealed.playground, &["prove", DEMO_CAMPAIGN, "1"]).await);
    // All that is left of the journal is one event.
    let line = serde_json::to_string(&proof["event"]).unwrap() + "\n";
    let export = sealed.file("export.jsonl", &line);
    let arguments = [
        "verify",
        "--ledger",
        "--export",
        &export,
        "--key",
        &sealed.public,
    ];
    let mut command = sealed.playground.program(&arguments);
    command.args(["--checkpoint", sealed.saved()]);

    let output = command.output().await.unwrap();

    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("is missing"), "{said}");
    let complained = String::from_utf8(output.stderr).unwrap();
    assert_eq!(complained, "fermata: 1 difference in 1 journal\n");
}

#[tokio::test]
async fn a_checkpoint_by_another_key_is_not_believed() {
    let sealed = sealed().await;
    let other = Playground::new();
    let file = other.path().join("named.key");
    let file = file.to_str().unwrap();
    let new = [
        "ledger",
        "key",
        "new",
        "--name",
        "somebody.else",
        "--ledger-key",
        file,
    ];
    let foreign = does(&other, &new).await;

    let asked = [
        "--ledger",
        "--key",
        foreign.trim(),
        "--checkpoint",
        sealed.saved(),
    ];
    let refusal = cannot_verify(&sealed.playground, &asked).await;

    assert!(
        refusal.contains("is not signed by somebody.else+"),
        "{refusal}"
    );
}

/// The journal whose published checkpoint this is.
fn journal(checkpoint: &Path) -> &str {
    let directory = checkpoint.parent().and_then(Path::file_name);
    directory.unwrap().to_str().unwrap()
}

#[tokio::test]
async fn a_replaced_key_is_kept_in_the_list_and_still_verifies_what_it_signed() {
    let sealed = sealed().await;
    let proof = does(&sealed.playground, &["prove", DEMO_CAMPAIGN, "2"]).await;
    let file = sealed.file("proof.json", &proof);

    let new = does(&sealed.playground, &["ledger", "key", "rotate"]).await;
    let listed = does(&sealed.playground, &["ledger", "key", "list"]).await;

    let (old, listed_new) = listed.split_once('\n').unwrap();
    let size = fs::read_to_string(&sealed.checkpoint).unwrap();
    let (journal, size) = (journal(&sealed.checkpoint), size.lines().nth(1).unwrap());
    let retired = format!("{} retired {journal}:{size}:", sealed.public);
    assert!(old.starts_with(&retired), "{old}");
    assert_eq!(listed_new, new);
    let list = sealed.playground.data.join("ledger.key.public");
    let asked = ["verify-proof", &file, "--key", list.to_str().unwrap()];
    let said = does(&sealed.playground, &asked).await;
    assert!(said.contains("The key was replaced since"), "{said}");
    // The next server signs the same tree with the new key, and both are believed.
    let mut service = Service::start(&sealed.playground, &[]).await;
    let began = Instant::now();
    while !fs::read_to_string(&sealed.checkpoint)
        .unwrap()
        .lines()
        .last()
        .unwrap()
        .contains("— ")
        || fs::read_to_string(sealed.playground.data.join("ledger/keys"))
            .unwrap()
            .lines()
            .count()
            < 2
    {
        assert!(began.elapsed() < Duration::from_secs(SIGNED_SECONDS_MAX));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    service.signal(nix::sys::signal::Signal::SIGTERM);
    assert!(service.exit().await.success());
    does(&sealed.playground, &["verify", "--ledger"]).await;
    let signers = json(&does(&sealed.playground, &["ledger", "signers", "--json"]).await);
    assert_eq!(signers["keys"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_key_is_never_overwritten_and_never_shared() {
    let playground = Playground::new();
    does(&playground, &["migrate"]).await;
    let path = playground.path().join("my.key");
    let file = path.to_str().unwrap();
    let new = [
        "ledger",
        "key",
        "new",
        "--name",
        "example.com/log",
        "--ledger-key",
        file,
    ];

    let public = did(playground.program(&new)).await;
    let again = refused(playground.program(&new)).await;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let open = refuses(
        &playground,
        &["ledger", "key", "rotate", "--ledger-key", file],
    )
    .await;

    assert!(public.starts_with("example.com/log+"), "{public}");
    assert!(again.contains("is there already"), "{again}");
    assert!(open.contains("chmod 600"), "{open}");
}

#[tokio::test]
async fn a_key_that_is_named_and_not_there_is_asked_for() {
    let playground = Playground::new();
    let missing = playground.path().join("missing.key");

    let arguments = [
        "serve",
        "--listen=127.0.0.1:0",
        "--internal-listen=127.0.0.1:0",
    ];
    let mut command = playground.program(&arguments);
    command.env("FERMATA_LEDGER_KEY", &missing);
    let output = command.output().await.unwrap();

    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("`fermata ledger key new` makes it"), "{said}");
}
