//! One person is one in every writing: in adding, editing, leaving out and erasing, and on file by older rules.

use crate::leads::{add, empty_draft, empty_linkedin_draft, ids, leads};
use domain::{CampaignId, ChannelKind, Command, UserId};
use people::{Digest, FaultKind, Rekeyed, Rules, list_identity_faults, rekey_all};
use serde_json::{Value, json};
use testkit::{Answer, Tenant, TestApp};
use uuid::Uuid;

/// One writing, and others of the same person.
const ADDRESSES: [(&str, &[&str]); 3] = [
    (
        "bom@example.com",
        &[
            "\u{feff}bom@example.com",
            "b\u{200b}om@example.com\u{200e}",
            "ＢＯＭ＠example．com.",
        ],
    ),
    (
        "josé@bücher.example",
        &[
            "JOSE\u{301}@XN--BCHER-KVA.example",
            "\u{ad}josé@bu\u{308}cher。example",
        ],
    ),
    ("\"ada\"@example.com", &["Ada@EXAMPLE.com"]),
];
const PROFILES: [(&str, &[&str]); 2] = [
    (
        "https://www.linkedin.com/in/jos%C3%A9-garc%C3%ADa",
        &[
            "linkedin.com/in/josé-garcía",
            "HTTP://de.linkedin.com:80/in/JOSE\u{301}-garcía/en?trk=x",
            "https://u@m.linkedin.com./mwlite/in/jos%c3%a9-garc%C3%ADa/#about",
        ],
    ),
    (
        "https://linkedin.com/in/ada",
        &[
            "//linkedin.com/x/../in/%61da/",
            "linkedin.com/in/a\u{2060}da/detail/contact-info",
        ],
    ),
];

async fn erase(app: &TestApp, body: &Value) -> Answer {
    let key = app.internal_key().await;
    app.internal("POST", "/internal/people/erase")
        .bearer(&key)
        .json(&body.to_string())
        .await
}

#[tokio::test]
async fn an_address_is_imported_once_whatever_its_writing_and_erased_by_each() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    for (first, others) in ADDRESSES {
        for other in others {
            let id = empty_draft(&app, &tenant).await;
            let rows = json!([{"email": first}, {"email": other}]);
            let added = add(&app, &tenant, id, rows).await.json();
            assert_eq!(added, json!({"imported": 1, "duplicates": 1}), "{other}");
            let again = add(&app, &tenant, id, json!([{"email": other}]))
                .await
                .json();
            assert_eq!(again["duplicates"], 1, "{other}");

            let asked = json!({"user_id": tenant.user_id.0, "email": other});
            let erased = erase(&app, &asked).await.json();

            assert_eq!(
                (&erased["erased"], &erased["complete"]),
                (&json!(1), &json!(true)),
                "{other}"
            );
            assert_eq!(leads(&app, &tenant, id).await.len(), 0);
        }
    }
}

#[tokio::test]
async fn a_profile_is_left_out_and_erased_by_every_writing() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    for (first, others) in PROFILES {
        for other in others {
            let busy = empty_linkedin_draft(&app, &tenant).await;
            let rows = json!([{"linkedin_url": first}, {"linkedin_url": other}]);
            assert_eq!(
                add(&app, &tenant, busy, rows).await.json()["imported"],
                1,
                "{other}"
            );
            app.elsewhere(&tenant, busy, Command::Launch).await;
            let id = empty_linkedin_draft(&app, &tenant).await;
            let rows = json!([{"linkedin_url": other}, {"linkedin_url": "linkedin.com/in/bob"}]);
            add(&app, &tenant, id, rows).await;

            app.elsewhere(&tenant, id, Command::Launch).await;

            let status = |lead: &Value| lead["status"].as_str().unwrap().to_owned();
            let both: Vec<_> = leads(&app, &tenant, id).await.iter().map(status).collect();
            assert_eq!(both, ["cancelled", "pending"], "{other}");
            let asked = json!({"user_id": tenant.user_id.0, "linkedin_url": other});
            assert_eq!(erase(&app, &asked).await.json()["erased"], 2, "{other}");
            app.elsewhere(&tenant, id, Command::Delete).await;
        }
    }
}

#[tokio::test]
async fn an_edit_to_another_writing_of_somebody_else_is_refused_and_of_oneself_taken() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = empty_draft(&app, &tenant).await;
    let rows = json!([{"email": "ada@example.com"}, {"email": "bob@example.com"}]);
    add(&app, &tenant, id, rows).await;
    let bob = ids(&app, &tenant, id).await[1].clone();
    let edit = async |email: &str| {
        let body = json!({"prospect_id": bob, "updates": {"email": email}}).to_string();
        app.leads(&tenant, "PATCH", id, "").json(&body).await
    };

    let taken = edit("ＡＤＡ@example.com").await;
    let own = edit("Bob@Example.com.").await;

    assert_eq!(taken.problem(), (400, "duplicate_prospect".to_owned()));
    assert_eq!(own.status, 200);
}

#[tokio::test]
async fn what_cannot_be_an_address_is_refused_and_never_repeated() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = empty_draft(&app, &tenant).await;
    let linkedin = empty_linkedin_draft(&app, &tenant).await;

    for email in [
        "a@x,b@y",
        "<a@x>",
        "a@b@c",
        "mailto:a@x.com",
        "a@b..c",
        "a@x.com b@y.com",
    ] {
        let added = add(&app, &tenant, id, json!([{"email": email}])).await;
        assert_eq!(
            added.problem(),
            (400, "identity_missing".to_owned()),
            "{email}"
        );
        let erased = erase(&app, &json!({"user_id": tenant.user_id.0, "email": email})).await;
        assert_eq!(
            erased.problem(),
            (400, "invalid_request".to_owned()),
            "{email}"
        );
        assert!(!added.body.contains(email) && !erased.body.contains(email));
    }
    for url in [
        "https://linkedin.com/in/",
        "ftp://linkedin.com/in/ada",
        "in/ada",
    ] {
        let added = add(&app, &tenant, linkedin, json!([{"linkedin_url": url}])).await;
        assert_eq!(
            added.problem(),
            (400, "identity_missing".to_owned()),
            "{url}"
        );
    }
    for (id, row) in [
        (id, json!({"email": "a\u{2800}@example.com"})),
        (
            linkedin,
            json!({"linkedin_url": "linkedin.com/in/a\u{2800}"}),
        ),
    ] {
        let added = add(&app, &tenant, id, json!([row])).await;
        assert_eq!(added.problem(), (400, "invalid_request".to_owned()));
        assert!(added.body.contains("U+2800") && !added.body.contains('\u{2800}'));
    }
}

/// Has a row as a program with the first rules wrote it: it names no version.
async fn keep_by_first_rules(
    app: &TestApp,
    (user, channel): (UserId, ChannelKind),
    prospect: &str,
    text: &str,
) {
    let prospect: Uuid = prospect.parse().unwrap();
    let database = app.database();
    match channel {
        ChannelKind::Email => {
            let digest = Digest::of_email_by(Rules::First, user, text).unwrap();
            database
                .let_email_be_of_an_older_program(prospect, text, digest.as_bytes())
                .await;
        }
        ChannelKind::Linkedin => {
            let digest = Digest::of_linkedin_by(Rules::First, user, text).unwrap();
            database
                .let_profile_be_of_an_older_program(prospect, text, digest.as_bytes())
                .await;
        }
    }
}

/// A campaign with one prospect a text, all kept by the first rules.
async fn of_before(
    app: &TestApp,
    tenant: &Tenant,
    channel: ChannelKind,
    texts: &[&str],
) -> (CampaignId, Vec<String>) {
    let (id, row): (_, fn(usize) -> Value) = match channel {
        ChannelKind::Email => (
            empty_draft(app, tenant).await,
            |it| json!({"email": format!("somebody{it}@example.com")}),
        ),
        ChannelKind::Linkedin => (
            empty_linkedin_draft(app, tenant).await,
            |it| json!({"linkedin_url": format!("linkedin.com/in/somebody{it}")}),
        ),
    };
    let rows: Value = (0..texts.len()).map(row).collect();
    assert_eq!(
        add(app, tenant, id, rows).await.json()["imported"],
        texts.len()
    );
    let prospects = ids(app, tenant, id).await;
    // The service brings nobody along before all of them are there.
    let journal = app.database().journal_of(tenant.user_id);
    let held = app.database().hold_head(journal).await;
    for (prospect, text) in prospects.iter().zip(texts) {
        keep_by_first_rules(app, (tenant.user_id, channel), prospect, text).await;
    }
    held.release().await;
    (id, prospects)
}

async fn rekey(app: &TestApp) -> Rekeyed {
    let mut connection = app.database().connect().await;
    rekey_all(&mut connection.client).await.unwrap()
}

#[tokio::test]
async fn rows_of_older_rules_are_brought_along_and_merged_with_nobody() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let texts = [
        "\u{feff}bom@example.com",
        "bom@example.com",
        "cyd@example.com",
        "a@x,b@y",
    ];
    let (id, prospects) = of_before(&app, &tenant, ChannelKind::Email, &texts).await;

    rekey(&app).await;

    let old = app.database().people_of_older_rules().await;
    assert_eq!((old, leads(&app, &tenant, id).await.len()), (0, 4));
    let journal = app.database().journal_of(tenant.user_id);
    let faults = list_identity_faults(app.sql(), journal).await.unwrap();
    let mut kinds: Vec<_> = faults
        .iter()
        .map(|it| (it.prospect_id.0.to_string(), it.kind))
        .collect();
    kinds.sort_by_key(|(id, _)| prospects.iter().position(|known| known == id));
    let [
        (doubled, FaultKind::Doubled(Some(other))),
        (unknown, FaultKind::Unknown),
    ] = &kinds[..]
    else {
        panic!("{kinds:?}");
    };
    assert_eq!((doubled, unknown), (&prospects[0], &prospects[3]));
    assert_eq!(other.0.to_string(), prospects[1]);
    assert_eq!(rekey(&app).await, Rekeyed::default());
    let again = add(&app, &tenant, id, json!([{"email": "BOM@example.com"}])).await;
    assert_eq!(again.json()["duplicates"], 1);

    let asked = json!({"user_id": tenant.user_id.0, "email": "bom@example.com"});
    assert_eq!(erase(&app, &asked).await.json()["erased"], 2);
}

#[tokio::test]
async fn a_person_on_file_by_older_rules_is_erased_by_every_writing_at_once() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    for asked in [
        "bom@example.com",
        "\u{feff}bom@example.com",
        "b\u{200b}om@example.com",
    ] {
        let texts = ["\u{feff}bom@example.com", "bom@example.com"];
        let (id, _) = of_before(&app, &tenant, ChannelKind::Email, &texts).await;

        let asked = json!({"user_id": tenant.user_id.0, "email": asked});
        let erased = erase(&app, &asked).await.json();

        assert_eq!(erased["erased"], 2, "{asked}");
        assert_eq!(leads(&app, &tenant, id).await.len(), 0);
    }
}

#[tokio::test]
async fn somebody_who_is_doubled_is_edited_and_outlives_the_other() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let texts = ["https://linkedin.com/in/jos%C3%A9", "linkedin.com/in/josé"];
    let (id, prospects) = of_before(&app, &tenant, ChannelKind::Linkedin, &texts).await;
    rekey(&app).await;
    let edit = async |who: &str, updates: Value| {
        let body = json!({"prospect_id": who, "updates": updates}).to_string();
        app.leads(&tenant, "PATCH", id, "").json(&body).await
    };

    for who in &prospects {
        let updates = json!({"company": "Engines", "email": "jose@example.com"});
        assert_eq!(edit(who, updates).await.status, 200);
    }
    let moved = edit(
        &prospects[0],
        json!({"linkedin_url": "linkedin.com/in/JOS%C3%A9"}),
    )
    .await;
    assert_eq!(moved.problem(), (400, "duplicate_prospect".to_owned()));
    let removal = json!({"prospect_ids": [prospects[1]]}).to_string();
    app.leads(&tenant, "DELETE", id, "").json(&removal).await;

    let again = add(&app, &tenant, id, json!([{"linkedin_url": texts[1]}]))
        .await
        .json();
    assert_eq!(again, json!({"imported": 0, "duplicates": 1}));
    let asked = json!({"user_id": tenant.user_id.0, "linkedin_url": texts[1]});
    assert_eq!(erase(&app, &asked).await.json()["erased"], 1);
}

#[tokio::test]
async fn a_program_of_before_goes_on_beside_this_one_and_what_it_edits_is_brought_along() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let id = empty_draft(&app, &tenant).await;
    add(&app, &tenant, id, json!([{"email": "ada@example.com"}])).await;
    let ada = ids(&app, &tenant, id).await[0].clone();
    let text = "ａｄａ@example.com";

    let channel = ChannelKind::Email;
    keep_by_first_rules(&app, (tenant.user_id, channel), &ada, text).await;
    let same = add(&app, &tenant, id, json!([{"email": text}]))
        .await
        .json();
    rekey(&app).await;

    assert_eq!(same["duplicates"], 1, "found by the first rules meanwhile");
    let other = add(&app, &tenant, id, json!([{"email": "ada@example.com"}]))
        .await
        .json();
    assert_eq!(other["duplicates"], 1);
}

#[tokio::test]
async fn several_processes_may_bring_people_along_at_once() {
    let app = TestApp::spawn().await;
    let tenant = app.tenant().await;
    let texts: Vec<String> = (0..40).map(|it| format!("ａ{it}@example.com")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let (_, prospects) = of_before(&app, &tenant, ChannelKind::Email, &texts).await;

    let (one, two, three) = tokio::join!(rekey(&app), rekey(&app), rekey(&app));

    let rows = one.rows + two.rows + three.rows;
    assert!(rows <= u64::try_from(prospects.len()).unwrap());
    assert_eq!(one.doubled + two.doubled + three.doubled, 0);
    for text in [texts[0], "A39@example.com"] {
        let asked = json!({"user_id": tenant.user_id.0, "email": text});
        assert_eq!(erase(&app, &asked).await.json()["erased"], 1, "{text}");
    }
}
