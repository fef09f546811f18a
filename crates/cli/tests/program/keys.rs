//! `fermata keys`.

use crate::playground::Playground;
use crate::running::{USER, does, json, misused, refuses, status};
use crate::service::Service;

const PREFIX_CHARACTERS: usize = 24;

async fn created(playground: &Playground) -> String {
    let said = does(playground, &["keys", "create", "--user", USER]).await;
    said.strip_suffix('\n').unwrap().to_owned()
}

#[tokio::test]
async fn a_created_key_stands_alone_on_standard_output() {
    let playground = Playground::new();
    does(&playground, &["migrate"]).await;
    let public: &[&str] = &["keys", "create", "--user", USER, "--label", "a test"];
    let internal: &[&str] = &["keys", "create", "--internal"];

    for (arguments, beginning) in [(public, "pk_live_"), (internal, "ik_live_")] {
        let said = does(&playground, arguments).await;

        let key = said.strip_suffix('\n').unwrap();
        let digits = key.strip_prefix(beginning).unwrap();
        assert_eq!(digits.len(), 64);
        assert!(
            digits
                .bytes()
                .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')),
            "{key}"
        );
    }
}

#[tokio::test]
async fn a_key_is_listed_without_its_secret() {
    let playground = Playground::new();
    does(&playground, &["migrate"]).await;
    let key = created(&playground).await;

    let (text, table) = (
        does(&playground, &["keys", "list", "--json"]).await,
        does(&playground, &["keys", "list"]).await,
    );

    let listed = &json(&text)["keys"][0];
    assert_eq!(listed["prefix"], key[..PREFIX_CHARACTERS]);
    assert_eq!(listed["kind"], "public");
    assert_eq!(listed["user_id"], USER);
    assert!(listed["revoked_at"].is_null());
    assert!(table.contains(&key[..PREFIX_CHARACTERS]), "{table}");
    assert!(!text.contains(&key) && !table.contains(&key));
}

#[tokio::test]
async fn a_revoked_key_opens_nothing_once_the_command_is_done() {
    let playground = Playground::new();
    let service = Service::start(&playground, &[]).await;

    for named_by in [PREFIX_CHARACTERS, "pk_live_".len() + 64] {
        let key = created(&playground).await;
        assert_eq!(status(&service.url, &key).await, 200);

        let said = does(&playground, &["keys", "revoke", &key[..named_by]]).await;

        assert_eq!(status(&service.url, &key).await, 401);
        assert!(
            said.starts_with(&key[..PREFIX_CHARACTERS]) && !said.contains(&key),
            "{said}"
        );
        let again = does(&playground, &["keys", "revoke", &key[..named_by]]).await;
        assert!(again.contains("was revoked before"), "{again}");
    }
}

#[tokio::test]
async fn a_key_that_is_none_is_refused_with_a_sentence() {
    let playground = Playground::new();
    does(&playground, &["migrate"]).await;

    let unknown = refuses(&playground, &["keys", "revoke", "pk_live_0123456789abcdef"]).await;
    let malformed = refuses(&playground, &["keys", "revoke", "swordfish"]).await;

    assert!(
        unknown.starts_with("there is no key pk_live_0123456789abcdef"),
        "{unknown}"
    );
    assert_eq!(malformed, "a key begins with pk_live_ or ik_live_");
}

#[tokio::test]
async fn a_key_has_one_owner() {
    let playground = Playground::new();

    for arguments in [
        ["keys", "create"].as_slice(),
        &["keys", "create", "--internal", "--user", USER],
        &["keys", "create", "--user", "somebody"],
    ] {
        let said = misused(&playground, arguments).await;
        assert!(said.contains("--user"), "{said}");
    }
}
