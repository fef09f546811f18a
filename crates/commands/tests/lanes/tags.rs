//! Tags: each command of a test has a correlation id of its own, by which the log tells how often
//! it happened.

use commands::{Failure, Request, Verdict};
use domain::{CampaignId, Command, UserId};
use std::collections::BTreeMap;
use testkit::TestDatabase;
use uuid::Uuid;

/// A request, tagged.
pub fn tagged(user: UserId, campaign: CampaignId, command: Command) -> (String, Request) {
    let tag = Uuid::now_v7().to_string();
    let mut request = testkit::request(user, campaign, command);
    request.origin.correlation_id = Some(tag.clone());
    (tag, request)
}

/// What a tagged command was answered.
pub struct Told {
    pub tag: String,
    pub answer: Result<Verdict, Failure>,
    /// Whether a yes may mean that everything was already as asked.
    pub may_be_no_news: bool,
}

/// How many commands of the log have each tag: as many as there are command ids.
pub async fn happened(database: &TestDatabase) -> BTreeMap<String, i64> {
    let tags = "SELECT metadata->>'correlation_id' AS tag,
                       count(DISTINCT metadata->>'command_id') AS times
                FROM events WHERE metadata->>'correlation_id' IS NOT NULL GROUP BY 1";
    let rows = database.sql().query(tags, &[]).await.unwrap();
    rows.iter()
        .map(|row| (row.get("tag"), row.get("times")))
        .collect()
}

/// Every acknowledged command is in the log exactly once, a refused or failed one not at all, and
/// one whose outcome is unknown at most once.
pub async fn assert_kept(database: &TestDatabase, told: &[Told]) {
    let happened = happened(database).await;
    for Told {
        tag,
        answer,
        may_be_no_news,
    } in told
    {
        let times = happened.get(tag).copied().unwrap_or(0);
        let kept = match answer {
            Ok(Verdict::Done(_)) if *may_be_no_news => times <= 1,
            Ok(Verdict::Done(_) | Verdict::Deleted) => times == 1,
            Err(Failure::OutcomeUnknown) => times <= 1,
            Ok(_) | Err(_) => times == 0,
        };
        assert!(kept, "{answer:?} is {times} times in the log");
    }
    let known: usize = told
        .iter()
        .filter(|told| happened.contains_key(&told.tag))
        .count();
    assert_eq!(
        known,
        happened.len(),
        "the log holds commands that nobody gave"
    );
}
