//! `fermata migrate`.

use crate::playground::Playground;
use crate::running::{does, refuses};

#[tokio::test]
async fn the_number_of_journals_is_set_once() {
    let playground = Playground::new();

    let made = does(&playground, &["migrate", "--journals", "7"]).await;
    let refused = refuses(&playground, &["migrate", "--journals", "4"]).await;
    let found = does(&playground, &["migrate"]).await;

    assert_eq!(
        made,
        "The schema is up to date; the database has 7 journals.\n"
    );
    assert_eq!(
        refused,
        "the database was made with 7 journals, and that never changes; 4 were asked for"
    );
    assert_eq!(found, made);
}

#[tokio::test]
async fn a_number_of_journals_that_cannot_be_makes_no_database() {
    let playground = Playground::new();

    for count in ["0", "1025", "-1"] {
        let said = refuses(&playground, &["migrate", &format!("--journals={count}")]).await;
        assert_eq!(said, "a database has between 1 and 1024 journals");
    }
    assert!(!playground.data.exists());
}
