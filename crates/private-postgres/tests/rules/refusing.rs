//! What cannot work is refused with a sentence that says what to do.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;

use private_postgres::{Durability, OpenError, PrivatePostgres, ProgramSearch, Settings, can_host};

use crate::playground::{Playground, is_root};

#[tokio::test]
async fn missing_programs_are_one_line_that_says_what_to_install() {
    let playground = Playground::new();
    let nowhere = ProgramSearch::within(Some("".into()), vec![playground.file("nothing")]);

    let settings = Settings {
        programs: nowhere,
        ..playground.settings()
    };
    let error = PrivatePostgres::open(settings).await.unwrap_err();

    assert!(matches!(error, OpenError::ProgramsMissing));
    let line = error.to_string();
    assert_eq!(line.lines().count(), 1);
    for way_out in [
        "apt-get install postgresql",
        "brew install postgresql",
        "DATABASE_URL",
    ] {
        assert!(line.contains(way_out), "{line}");
    }
}

#[tokio::test]
async fn a_cluster_of_another_major_version_is_refused_naming_both() {
    let playground = Playground::new();
    playground.open().await.close().await.unwrap();
    fs::write(playground.cluster().join("PG_VERSION"), "8\n").unwrap();

    let error = PrivatePostgres::open(playground.settings())
        .await
        .unwrap_err();

    let OpenError::OtherVersion {
        cluster: 8,
        installed,
        ..
    } = &error
    else {
        panic!("{error}")
    };
    assert!(
        error.to_string().contains("PostgreSQL 8")
            && error.to_string().contains(&installed.to_string())
    );
}

#[tokio::test]
async fn a_directory_with_other_things_in_it_is_not_taken_for_a_cluster() {
    let playground = Playground::new();
    playground.open().await.close().await.unwrap();
    fs::remove_file(playground.cluster().join("PG_VERSION")).unwrap();

    let error = PrivatePostgres::open(playground.settings())
        .await
        .unwrap_err();

    assert!(
        matches!(&error, OpenError::NotACluster { directory } if directory.ends_with("cluster")),
        "{error}"
    );
}

#[tokio::test]
async fn a_directory_that_the_account_cannot_enter_is_named() {
    if !is_root() {
        return;
    }
    let playground = Playground::named("closed/deeper/data");
    let closed = playground.file("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, Permissions::from_mode(0o700)).unwrap();

    let error = can_host(&playground.directory).unwrap_err();

    assert!(
        matches!(&error, OpenError::Unenterable { directory, .. } if *directory == closed),
        "{error}"
    );
    assert!(error.to_string().contains("FERMATA_DATA_DIR"));
    assert!(!closed.join("deeper").exists(), "asking creates nothing");
    PrivatePostgres::open(playground.settings())
        .await
        .unwrap_err();
}

#[test]
fn a_place_where_nothing_can_be_created_cannot_host() {
    let playground = Playground::new();
    let file = playground.file("file");
    fs::write(&file, "").unwrap();

    let error = can_host(&file.join("data")).unwrap_err();

    assert!(
        matches!(&error, OpenError::Unwritable { directory } if *directory == file),
        "{error}"
    );
    can_host(&playground.directory).unwrap();
}

#[tokio::test]
async fn a_socket_directory_of_somebody_elses_is_refused() {
    if !is_root() {
        return;
    }
    let playground = Playground::new();
    let run = playground.directory.join("run");
    playground.make(&run);
    chown(&run, Some(12_345), None).unwrap();

    let error = PrivatePostgres::open(playground.settings())
        .await
        .unwrap_err();

    assert!(
        matches!(&error, OpenError::OwnedByAnother { directory, .. } if *directory == run),
        "{error}"
    );
}

#[tokio::test]
async fn durability_is_not_promised_on_a_server_that_runs_without() {
    let playground = Playground::new();
    let careless = playground.open().await;

    let settings = Settings {
        durability: Durability::Full,
        ..playground.settings()
    };
    let error = PrivatePostgres::open(settings).await.unwrap_err();

    assert!(matches!(error, OpenError::NotDurable { .. }), "{error}");
    assert!(careless.postmaster_pid().is_some(), "its user keeps it");
}

#[tokio::test]
async fn a_server_that_does_not_start_says_why() {
    let playground = Playground::new();
    let parameters = vec![("shared_buffers".into(), "no number".into())];

    let error = PrivatePostgres::open(Settings {
        parameters,
        ..playground.settings()
    })
    .await
    .unwrap_err();

    let OpenError::Start { log, said } = &error else {
        panic!("{error}")
    };
    assert!(said.contains("shared_buffers"), "{said}");
    assert!(Path::new(log).exists());
}
