//! When two prospects are the same person (campaign API, section 1.12).

use domain::UserId;
use people::{Digest, email_key, linkedin_key};
use proptest::prelude::*;
use uuid::Uuid;

fn user(number: u128) -> UserId {
    UserId(Uuid::from_u128(number))
}

fn mailboxes() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9._+äß-]{1,12}@[a-zA-Z0-9]{1,9}([.][a-zA-Z0-9]{1,5})?"
}

fn profiles() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9%_é-]{1,12}(/[a-zA-Z0-9-]{1,6})?"
        .prop_map(|path| format!("linkedin.com/in/{path}"))
        .prop_filter("an escape of what no profile has", |url| {
            linkedin_key(url).is_some()
        })
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
        (
            "linkedin.com/pub/ada/1/2b/3c4/en",
            "linkedin.com/pub/ada/1/2b/3c4",
        ),
        ("linkedin.com/pub/ada/en", "linkedin.com/pub/ada"),
        (
            "linkedin.com/profile/view?trk=x&id=ABC",
            "linkedin.com/profile/view?id=abc",
        ),
        (
            "linkedin.com/sales/lead/ACw,NAME_SEARCH,x?y",
            "linkedin.com/sales/lead/acw",
        ),
        ("linkedin.com/in/a%2Fb", "linkedin.com/in/a%2fb"),
        ("linkedin.com/in/a%2541", "linkedin.com/in/a%2541"),
        ("linkedin.com/in/100%", "linkedin.com/in/100%25"),
        ("linkedin.com/in/a%C3", "linkedin.com/in/a%c3"),
        ("linkedin.com/in/a%EF%BC%8Fb", "linkedin.com/in/a%2fb"),
        ("linkedin.com:8080/in/ada", "linkedin.com:8080/in/ada"),
        ("notlinkedin.com/in/ada/en", "notlinkedin.com/in/ada/en"),
        (
            "https://linkedin.com@example.com/in/ada",
            "example.com/in/ada",
        ),
        ("https://example.com/ada/", "example.com/ada"),
    ] {
        assert_eq!(linkedin_key(url).as_deref(), Some(key), "{url}");
    }
}

/// Texts that are no address.
const NO_ADDRESSES: &[&str] = &[
    "",
    " ",
    "ada",
    "@",
    "ada@",
    "@example.com",
    "a b@example.com",
    "a@b\nc@d",
    "a@x,b@y",
    "a@x;b@y",
    "<a@x>",
    "Ada <a@example.com>",
    "a@b@c",
    "mailto:a@example.com",
    "a@.example.com",
    "a@example..com",
    "a@example.com..",
    "a@-example.com",
    "a@exa mple.com",
    "a@exa\u{a0}mple.com",
    "a@example.com,",
    "(a)@example.com",
    "a\u{2800}@example.com",
    "a\u{600}@example.com",
    "bom\u{1d159}@example.com",
    "\u{1d159}bom@example.com",
    "bom@\u{1d159}example.com",
    "bom@example.com\u{1d159}",
    "bom\u{13441}@example.com",
    "bom\u{16fe4}@example.com",
    "bom\u{fffc}@example.com",
    "bom\u{e000}@example.com",
    "bom\u{ffff}@example.com",
    "\u{200b}@example.com",
    "a@\u{200b}",
    "\"a b\"@example.com",
    "\"a@b\"@example.com",
    "a@[300.0.0.1]",
    "a@xn--a",
];

/// Texts that are no profile.
const NO_PROFILES: &[&str] = &[
    "",
    " ",
    "ada",
    "linkedin.com",
    "https://linkedin.com/",
    "linkedin.com/?in=a",
    "/in/ada",
    "in/ada",
    "a b.com/c",
    "https://linkedin.com/in",
    "https://linkedin.com/in//",
    "https://linkedin.com/in/ada/..",
    "https://linkedin.com/in/\u{200b}",
    "https://linkedin.com/pub/",
    "https://linkedin.com/mwlite/",
    "https://linkedin.com/profile/view",
    "https://linkedin.com/profile/view?id=",
    "https://linkedin..com/in/ada",
    "https://linkedin.com:x/in/ada",
    "https://%ff.com/in/ada",
    "ftp://linkedin.com/in/ada",
    "javascript://linkedin.com/in/ada",
    "linkedin.com/in/a da",
    "linkedin.com/in/a\u{2800}da",
    "linkedin.com/in/a%E2%A0%80da",
    "linkedin.com/in/ada%E2%A0%80",
    "linkedin.com/in/ada\u{1d159}",
    "linkedin.com/in/ada%F0%9D%85%99",
    "linkedin.com/in/a%20da",
    "linkedin.com/in/ada%00",
    "linkedin.com/in/ada%20?trk=x",
    "linkedin.com/in/ada ?trk=x",
    "linkedin.com/profile/view?id=a%00",
    "x.y://www.linkedin.com/in/ada",
    "linkedin.com/in/ada,https://www.linkedin.com/in/bob",
    "linkedin.com/in/ada,www.linkedin.com/in/bob",
    "linkedin.com/in/ada;bob",
];

#[test]
fn what_cannot_reach_anybody_is_no_identity() {
    for text in NO_ADDRESSES {
        assert_eq!(email_key(text), None, "{text:?}");
    }
    let (long, longer) = ("l".repeat(63), "l".repeat(64));
    assert!(email_key(&format!("{longer}@{long}.com")).is_some());
    assert_eq!(email_key(&format!("l{longer}@{long}.com")), None);
    assert_eq!(email_key(&format!("a@{longer}.com")), None);
    assert_eq!(email_key(&format!("{long}@{long}.{long}.{long}.com")), None);
    for text in NO_PROFILES {
        assert_eq!(linkedin_key(text), None, "{text:?}");
    }
}

#[test]
fn what_is_escaped_is_what_it_stands_for() {
    for url in [
        "linkedin.com/in/ada%20",
        "linkedin.com/in/ada%0A",
        "linkedin.com/in/ada%C2%A0",
        "%20linkedin.com/in/ada",
        "linkedin.com/in/a%E2%80%8Bda",
        "linkedin.com/in/ada%EF%BB%BF%20",
        "linkedin.com/in/ada?x=a%20b",
    ] {
        assert_eq!(
            linkedin_key(url).as_deref(),
            Some("linkedin.com/in/ada"),
            "{url}"
        );
    }
    for query in [
        "id=AB",
        "%69d=AB",
        "x=1&i%64=ab",
        "id=AB%20",
        "id=a%E2%80%8Bb",
    ] {
        let key = linkedin_key(&format!("linkedin.com/profile/view?{query}"));
        assert_eq!(key.as_deref(), Some("linkedin.com/profile/view?id=ab"));
    }
}

#[test]
fn two_users_digests_of_one_person_differ_and_so_do_two_kinds() {
    let text = "x/y@z.com";
    let mine = [
        Digest::of_email(user(1), text),
        Digest::of_linkedin(user(1), "x.com/y"),
        Digest::of_email(user(2), text),
    ];

    assert!(mine.iter().all(Option::is_some));
    assert_ne!(mine[0], mine[1]);
    assert_ne!(mine[0], mine[2]);
    assert_eq!(mine[0], Digest::of_email(user(1), "X/Y@z.COM"));
}

#[test]
fn what_is_not_the_same_is_not_made_the_same() {
    let keys = [
        "ada@gmail.com",
        "a.da@gmail.com",
        "ada+news@gmail.com",
        "ada@googlemail.com",
        "strasse@example.com",
        "ada@strasse.example",
        "ada@stra\u{df}e.example",
        "ad\u{131}@example.com",
        "adi@example.com",
        "ad\u{430}@example.com",
    ]
    .map(|text| email_key(text).unwrap());
    let mut sorted = keys.to_vec();
    sorted.sort();
    sorted.dedup();
    assert_eq!(sorted.len(), keys.len());
}

#[test]
fn quotes_that_are_not_needed_and_addresses_of_machines_have_one_writing() {
    for (text, key) in [
        ("\"Ada\"@example.com", "ada@example.com"),
        ("\"a\\d\\a\"@example.com", "ada@example.com"),
        ("a..b.@example.com", "a..b.@example.com"),
        ("ada@[127.0.0.1]", "ada@[127.0.0.1]"),
        ("ada@[IPv6:0:0::1]", "ada@[ipv6:::1]"),
        ("ada@localhost", "ada@localhost"),
    ] {
        assert_eq!(email_key(text).as_deref(), Some(key), "{text}");
    }
}
