//! When two prospects are the same person (campaign API, section 1.12).

use domain::UserId;
use people::{Digest, email_key, linkedin_key};
use proptest::prelude::*;
use uuid::Uuid;

fn user(number: u128) -> UserId {
    UserId(Uuid::from_u128(number))
}

fn mailboxes() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9._+äß-]{1,12}@[a-zA-Z0-9.-]{1,12}"
}

fn profiles() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9%_é-]{1,12}(/[a-zA-Z0-9-]{1,6})?".prop_map(|path| format!("linkedin.com/in/{path}"))
}

/// What does not make another profile of it.
fn dressed(url: &str) -> impl Strategy<Value = String> + use<> {
    let url = url.to_owned();
    (
        prop::sample::select(vec!["", "http://", "https://", "HTTPS://"]),
        prop::sample::select(vec!["", "www.", "de.", "WWW."]),
        prop::sample::select(vec!["", "/", "//", "?trk=x", "/?a=b/c", "#about", "/#x?y"]),
        any::<bool>(),
    )
        .prop_map(move |(scheme, subdomain, rest, upper)| {
            let bare = if upper {
                url.to_uppercase()
            } else {
                url.clone()
            };
            format!(" {scheme}{subdomain}{bare}{rest}\n")
        })
}

proptest! {
    #[test]
    fn an_email_address_is_the_same_in_any_case_and_with_space_around(mailbox in mailboxes()) {
        let key = email_key(&mailbox);

        prop_assert!(key.is_some());
        prop_assert_eq!(&email_key(&format!("\t {} ", mailbox.to_lowercase())), &key);
        prop_assert_eq!(&email_key(&key.clone().unwrap()), &key);
    }

    #[test]
    fn a_profile_is_the_same_with_any_scheme_query_and_trailing_slash(
        (plain, dressed) in profiles().prop_flat_map(|url| (Just(url.clone()), dressed(&url)))
    ) {
        let key = linkedin_key(&plain.to_lowercase());

        prop_assert!(key.is_some());
        prop_assert_eq!(&linkedin_key(&dressed.to_lowercase()), &key);
        prop_assert_eq!(&linkedin_key(&key.clone().unwrap()), &key);
    }

    #[test]
    fn no_text_breaks_a_key_and_a_key_is_its_own(text in any::<String>()) {
        if let Some(key) = email_key(&text) {
            prop_assert_eq!(email_key(&key), Some(key));
        }
        if let Some(key) = linkedin_key(&text) {
            prop_assert_eq!(linkedin_key(&key), Some(key));
        }
    }
}

#[test]
fn profiles_are_told_apart_by_their_path() {
    for (url, key) in [
        (
            "https://www.linkedin.com/in/Ada-Lovelace/?trk=x",
            "linkedin.com/in/ada-lovelace",
        ),
        ("uk.linkedin.com/in/ada", "linkedin.com/in/ada"),
        ("linkedin.com/company/ada", "linkedin.com/company/ada"),
        ("https://example.com/ada/", "example.com/ada"),
    ] {
        assert_eq!(linkedin_key(url).as_deref(), Some(key), "{url}");
    }
}

#[test]
fn what_cannot_reach_anybody_is_no_identity() {
    for text in [
        "",
        " ",
        "ada",
        "@",
        "ada@",
        "@example.com",
        "a b@example.com",
        "a@b\nc@d",
    ] {
        assert_eq!(email_key(text), None, "{text:?}");
    }
    for text in [
        "",
        " ",
        "ada",
        "linkedin.com",
        "https://linkedin.com/",
        "linkedin.com/?in=a",
        "/in/ada",
        "a b.com/c",
    ] {
        assert_eq!(linkedin_key(text), None, "{text:?}");
    }
}

#[test]
fn two_users_digests_of_one_person_differ_and_so_do_two_kinds() {
    let text = "x@y/z";
    let mine = [
        Digest::of_email(user(1), text),
        Digest::of_linkedin(user(1), text),
        Digest::of_email(user(2), text),
    ];

    assert!(mine.iter().all(Option::is_some));
    assert_ne!(mine[0], mine[1]);
    assert_ne!(mine[0], mine[2]);
    assert_eq!(mine[0], Digest::of_email(user(1), "X@Y/z"));
}
