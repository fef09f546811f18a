//! What goes over the wire, and what is read of an answer.

use crate::given::{adapter, complete, paused, settings};
use outbox::{
    Completion, Fault as Whose, Health, TriggerDev, TriggerError, TriggerSettings,
    WaitpointCompleter,
};
use std::time::Duration;
use testkit::{FakeTrigger, Fault};

fn answer(status: u16, should_retry: Option<bool>, body: &'static str) -> Fault {
    Fault::Answer {
        status,
        should_retry,
        body,
    }
}

#[tokio::test]
async fn a_completion_carries_the_key_a_length_and_the_data() {
    let fake = FakeTrigger::start().await;
    let token = fake.new_token();

    let completion = complete(&adapter(&fake), &token).await;

    let seen = fake.seen();
    assert_eq!(completion, Completion::Delivered);
    assert_eq!(seen.tokens[&token].outputs, [Some(paused())]);
    let path = format!("post /api/v1/waitpoints/tokens/{token}/complete\n");
    assert!(seen.last_head.starts_with(&path), "{}", seen.last_head);
    for line in [
        "content-length: 24\n",
        "content-type: application/json\n",
        "authorization: bearer tr_prod_",
        "user-agent: fermata/",
    ] {
        assert!(seen.last_head.contains(line), "{line}: {}", seen.last_head);
    }
    assert!(
        !seen.last_head.contains("transfer-encoding"),
        "{}",
        seen.last_head
    );
}

#[tokio::test]
async fn a_path_in_front_is_kept_and_a_branch_is_named() {
    let fake = FakeTrigger::start().await;
    let token = fake.new_token();
    let mut settings = settings(&fake);
    settings.api_url = format!("{}/trigger/eu/", fake.url());
    settings.branch = Some(String::from("feature/x"));

    let completion = complete(&TriggerDev::new(&settings).unwrap(), &token).await;

    let head = fake.seen().last_head;
    assert_eq!(completion, Completion::Delivered);
    assert!(
        head.starts_with("post /trigger/eu/api/v1/waitpoints/"),
        "{head}"
    );
    assert!(head.contains("x-trigger-branch: feature/x\n"), "{head}");
}

#[tokio::test]
async fn each_answer_comes_to_what_the_contract_says() {
    const ERROR: &str = r#"{"error":"no"}"#;
    let delivered = |completion: &Completion| *completion == Completion::Delivered;
    let gone = |completion: &Completion| *completion == Completion::Gone;
    let refused = |completion: &Completion| *completion == Completion::Refused;
    let rejected = |completion: &Completion| matches!(completion, Completion::Rejected { .. });
    let unknown = |completion: &Completion| matches!(completion, Completion::Unknown { .. });
    type Comes = fn(&Completion) -> bool;
    let table: [(Fault, Comes); 17] = [
        (Fault::Late(Duration::from_millis(20)), delivered),
        (Fault::Late(Duration::from_secs(10)), unknown),
        (Fault::Reset, unknown),
        (Fault::LoseAnswer, unknown),
        (Fault::CutAnswer, unknown),
        (answer(200, None, r#"{"success":false}"#), unknown),
        (answer(307, None, ""), unknown),
        (answer(404, None, ERROR), gone),
        (answer(404, None, "<html>"), unknown),
        (answer(404, Some(true), ERROR), unknown),
        (answer(422, None, ERROR), rejected),
        (answer(422, Some(true), ERROR), unknown),
        (answer(409, None, ERROR), unknown),
        (answer(429, None, ERROR), unknown),
        (answer(500, None, ERROR), unknown),
        (answer(500, Some(false), ERROR), rejected),
        (answer(403, None, ERROR), refused),
    ];
    let fake = FakeTrigger::start().await;
    for (fault, comes) in table {
        let adapter = adapter(&fake);
        let token = fake.new_token();
        fake.fail_next(1, fault);

        let completion = complete(&adapter, &token).await;

        assert!(comes(&completion), "{fault:?}: {completion:?}");
    }
}

#[tokio::test]
async fn the_key_is_not_carried_on_to_where_an_answer_points() {
    let (fake, elsewhere) = (FakeTrigger::start().await, FakeTrigger::start().await);
    let to = format!("{}/api/v1/waitpoints/tokens/a/complete", elsewhere.url()).leak();
    fake.fail_next(1, Fault::Redirect { to });

    let completion = complete(&adapter(&fake), &fake.new_token()).await;

    assert!(
        matches!(completion, Completion::Unknown { .. }),
        "{completion:?}"
    );
    assert_eq!(elsewhere.seen().requests, 0);
}

#[tokio::test]
async fn one_failure_may_be_the_token_s_fault_and_an_outage_is_not() {
    let fake = FakeTrigger::start().await;
    let adapter = adapter(&fake);
    let token = fake.new_token();
    fake.fail_next(3, Fault::status(500));

    let mut faults = Vec::new();
    for _ in 0..3 {
        match complete(&adapter, &token).await {
            Completion::Unknown { fault, .. } => faults.push(fault),
            other => panic!("{other:?}"),
        }
    }

    assert_eq!(faults, [Whose::Token, Whose::Endpoint, Whose::Endpoint]);
}

#[tokio::test]
async fn connections_are_kept_and_few() {
    let fake = FakeTrigger::start().await;
    let mut settings = settings(&fake);
    settings.in_flight_max = 3.try_into().unwrap();
    let adapter = TriggerDev::new(&settings).unwrap();

    let others = crate::given::complete_all(&adapter, fake.new_tokens(300)).await;

    let seen = fake.seen();
    assert_eq!(others, []);
    // When a connection comes free while another is being made, the pool keeps both.
    assert!((2..=6).contains(&seen.connections), "{}", seen.connections);
}

#[tokio::test]
async fn settings_that_cannot_be_used_are_refused_in_words_without_the_key() {
    let fake = FakeTrigger::start().await;
    let with = |choose: fn(&mut TriggerSettings)| {
        let mut settings = settings(&fake);
        choose(&mut settings);
        TriggerDev::new(&settings).unwrap_err()
    };

    let errors = [
        with(|settings| settings.in_flight_max = 9.try_into().unwrap()),
        with(|settings| settings.api_url = String::from("ftp://host")),
        with(|settings| settings.secret_key = String::new().into()),
        with(|settings| settings.secret_key = format!("{}\n", FakeTrigger::KEY).into()),
    ];

    assert!(matches!(
        errors,
        [
            TriggerError::InFlight,
            TriggerError::Url,
            TriggerError::Header,
            TriggerError::Header
        ]
    ));
    assert!(!format!("{errors:?}").contains(FakeTrigger::KEY));
}

#[tokio::test]
async fn the_key_is_in_no_text() {
    let fake = FakeTrigger::start().await;
    let settings = settings(&fake);
    let adapter = TriggerDev::new(&settings).unwrap();
    let echoes = concat!("you sent tr_prod_fakefakefake", "fakefake");
    let token = fake.new_token();
    fake.fail_next(1, answer(400, None, echoes));
    let rejected = complete(&adapter, &token).await;
    fake.fail_next(1, Fault::Reset);
    let unknown = complete(&adapter, &token).await;

    let state = adapter.state();
    let texts = format!("{settings:?} {adapter:?} {rejected:?} {unknown:?} {state:?}");

    assert!(echoes.contains(FakeTrigger::KEY));
    assert!(!texts.contains(FakeTrigger::KEY), "{texts}");
    assert!(texts.contains("you sent [secret key]"), "{texts}");
}

#[tokio::test]
async fn no_reason_names_a_token() {
    let token: waitpoints::TokenId = "waitpoint_cnameofatoken".parse().unwrap();
    let fake = FakeTrigger::start().await;
    fake.fail_next(1, Fault::Reset);

    let completion = complete(&adapter(&fake), &token).await;

    assert!(
        !format!("{completion:?}").contains("cnameofatoken"),
        "{completion:?}"
    );
}

#[tokio::test]
async fn an_encrypted_endpoint_needs_nothing_that_was_installed_before() {
    let fake = FakeTrigger::start().await;
    let mut settings = settings(&fake);
    settings.api_url = fake.url().replace("http:", "https:");
    let adapter = match TriggerDev::new(&settings) {
        Ok(adapter) => adapter,
        // A machine without trusted certificates is told so.
        Err(error) => return assert!(matches!(error, TriggerError::Tls(_)), "{error}"),
    };

    let completion = complete(&adapter, &fake.new_token()).await;

    // The fake speaks no TLS: the handshake fails, in order.
    assert!(
        matches!(completion, Completion::Unknown { .. }),
        "{completion:?}"
    );
    assert_eq!(adapter.state().health, Health::Working);
}
