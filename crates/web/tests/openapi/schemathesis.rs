//! Schemathesis asks everything that the documents offer, well-formed and not, and holds every answer
//! to them: no 5xx, no status, media type, header or field that is not documented.
//!
//! It is a Python program in an environment of its own, which `scripts/prerequisites.sh schemathesis`
//! makes from `requirements.txt`. `FERMATA_FUZZ_EXAMPLES` asks for more than the 200 examples an
//! operation of `schemathesis.toml`, `FERMATA_FUZZ_SEED` for other ones, `FERMATA_FUZZ_PATH` for one path.

use crate::world::World;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::process::Command;

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/openapi");
const SEED: &str = "1";

/// Tries the document at `url`, and panics with what schemathesis says unless all is well.
async fn judge(world: &World, url: &str) {
    let mut command = Command::new(program());
    command
        .args(["--config-file", "schemathesis.toml", "run", url, "--seed"])
        .arg(std::env::var("FERMATA_FUZZ_SEED").unwrap_or_else(|_| SEED.to_owned()))
        .current_dir(HERE)
        .env("SCHEMATHESIS_KNOWN", "known.py")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("FERMATA_KEY", &world.tenant.key)
        .env("FERMATA_INTERNAL_KEY", &world.internal_key)
        .env("FERMATA_KNOWN", world.known().to_string())
        .stdin(Stdio::null())
        .kill_on_drop(true);
    if let Ok(examples) = std::env::var("FERMATA_FUZZ_EXAMPLES") {
        command.args(["--max-examples", &examples]);
    }
    if let Ok(path) = std::env::var("FERMATA_FUZZ_PATH") {
        command.args(["--include-path", &path]);
    }
    let output = command.output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    println!("{said}{complained}");
    assert!(
        output.status.success(),
        "{url} is not what the service does"
    );
}

fn program() -> PathBuf {
    let tools = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../tools");
    let program = tools.join("schemathesis/bin/schemathesis");
    assert!(
        program.exists(),
        "missing: schemathesis; to install it: scripts/prerequisites.sh schemathesis"
    );
    program.canonicalize().unwrap()
}

#[tokio::test]
async fn the_public_listener_does_what_its_document_says() {
    let world = World::new().await;

    judge(
        &world,
        &format!("{}/api/openapi.json", world.app.public_url()),
    )
    .await;
}

#[tokio::test]
async fn the_internal_listener_does_what_its_document_says() {
    let world = World::new().await;

    let url = format!("{}/internal/openapi.json", world.app.internal_url());
    judge(&world, &url).await;
}
