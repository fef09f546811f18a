//! The SDK asks everything that it can, and is answered as by the platform.

use crate::npm::{Package, succeeds};
use crate::station::{SUITES, Station};

async fn suites_pass(folder: &str, settings: &[&str]) {
    let package = Package::open(SUITES).await;
    let station = Station::open(settings).await;

    let mut command = station.node(&package, &["--test"]);
    command.args(package.suites(folder));

    succeeds(command).await;
}

#[tokio::test]
async fn the_unmodified_sdk_finds_what_it_knows_of_tokens() {
    suites_pass("contract", &[]).await;
}

#[tokio::test]
async fn the_unmodified_sdk_paces_itself_by_our_limiter() {
    let slow = ["--token-rate-per-second=40", "--token-rate-burst=20"];

    suites_pass("limits", &slow).await;
}
