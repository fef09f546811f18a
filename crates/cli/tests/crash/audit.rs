//! The log as it grows, and the promises that it must keep to the clients.
//!
//! The log is read on where the last reading ended, so a late event is noticed too: one that
//! appears after its request was found not to have happened.

use crate::requests::{Answer, Asked, Reply, Sent, Verb};
use crate::world::World;
use domain::CampaignId;
use event_store::{JournalId, Journals, PAGE_MAX, Recorded, read_after};
use std::collections::{BTreeMap, HashMap, HashSet};
use tokio_postgres::Client;

/// An event that a request led to.
#[derive(Debug, Clone)]
struct Happened {
    campaign: CampaignId,
    version: i64,
    event: &'static str,
    recorded_at: String,
}

#[derive(Default)]
pub struct Audit {
    positions: BTreeMap<JournalId, i64>,
    effects: BTreeMap<JournalId, i64>,
    versions: HashMap<CampaignId, i64>,
    /// By request id.
    happened: HashMap<String, Happened>,
    /// Ids of requests that a client was told, or found out, not to have happened.
    ruled_out: HashSet<String>,
}

impl Audit {
    /// Reads what is new in the log. Positions are dense, versions gapless, and no request led to
    /// more than one event. Returns how many events were new.
    pub async fn read_on(&mut self, world: &World) -> usize {
        let client = &world.connect().await.client;
        let mut count = 0;
        for journal in world.journals.iter() {
            loop {
                let after = self.positions.get(&journal).copied().unwrap_or_default();
                let page = read_after(client, journal, after, PAGE_MAX).await.unwrap();
                if page.is_empty() {
                    break;
                }
                count += page.len();
                page.iter().for_each(|event| self.note(event));
            }
            let head = "SELECT head FROM journals WHERE id = $1";
            let head: i64 = client.query_one(head, &[&journal.0]).await.unwrap().get(0);
            assert_eq!(
                head,
                self.positions.get(&journal).copied().unwrap_or_default()
            );
        }
        count
    }

    fn note(&mut self, recorded: &Recorded) {
        let position = self.positions.entry(recorded.journal).or_default();
        assert_eq!(
            recorded.position,
            *position + 1,
            "positions are dense: {recorded:?}"
        );
        *position = recorded.position;
        let version = self.versions.entry(recorded.campaign_id).or_default();
        assert_eq!(
            recorded.version.0,
            *version + 1,
            "versions have no gaps: {recorded:?}"
        );
        *version = recorded.version.0;
        let Some(id) = recorded.metadata.correlation_id.clone() else {
            return;
        };
        assert!(
            !self.ruled_out.contains(&id),
            "happened after it had not: {recorded:?}"
        );
        let happened = Happened {
            campaign: recorded.campaign_id,
            version: recorded.version.0,
            event: recorded.event.event_type(),
            recorded_at: web::instant(recorded.recorded_at),
        };
        let before = self.happened.insert(id, happened);
        assert!(
            before.is_none(),
            "happened twice: {before:?} and {recorded:?}"
        );
    }

    /// What each client was told is what the log says.
    pub fn agrees_with(&mut self, sent: &[Sent]) {
        for Sent { asked, answer } in sent {
            match answer {
                Answer::Done(reply) => {
                    let lost = || panic!("acknowledged and lost: {asked:?} {reply:?}");
                    agree(asked, reply, self.find(asked).unwrap_or_else(lost));
                }
                Answer::Rejected(_) | Answer::Nothing | Answer::NotSent => self.rule_out(asked),
                // At most once, which is seen when the log is read.
                Answer::Unknown | Answer::Broken => {}
            }
        }
    }

    /// The second answer tells a client what had become of its first request.
    pub fn settle(&mut self, first: &Sent, second: &Sent) {
        let (asked, again) = (&first.asked, &second.asked);
        match (self.find(asked), &second.answer) {
            (Some(happened), Answer::Done(reply)) => {
                assert!(
                    reply.replayed,
                    "{asked:?} had happened, but was not replayed"
                );
                agree(asked, reply, happened);
                self.rule_out(again);
            }
            (None, Answer::Done(reply)) => {
                let lost = || panic!("acknowledged and lost: {again:?} {reply:?}");
                agree(again, reply, self.find(again).unwrap_or_else(lost));
                self.rule_out(asked);
            }
            (None, Answer::Rejected(_)) => {
                self.rule_out(asked);
                self.rule_out(again);
            }
            (happened, answer) => panic!("{asked:?}: {answer:?}, but the log has {happened:?}"),
        }
    }

    fn find(&self, asked: &Asked) -> Option<&Happened> {
        self.happened.get(&asked.id)
    }

    /// It did not happen, and never will.
    pub fn rule_out(&mut self, asked: &Asked) {
        let happened = self.find(asked);
        assert!(
            happened.is_none(),
            "{asked:?} must not have happened, but the log has {happened:?}"
        );
        self.ruled_out.insert(asked.id.clone());
    }

    /// Each pause and each resume has one effect, each other event since the start none.
    pub async fn check_effects(&mut self, world: &World) {
        let client = &world.connect().await.client;
        for journal in world.journals.iter() {
            let checked = self.effects.entry(journal).or_default();
            let head = self.positions.get(&journal).copied().unwrap_or_default();
            check_effects_between(client, journal, *checked, head).await;
            *checked = head;
        }
    }
}

/// An acknowledgement tells of the very event.
fn agree(asked: &Asked, reply: &Reply, happened: &Happened) {
    let status = match asked.verb {
        Verb::Pause => "paused",
        Verb::Resume => "active",
    };
    assert_eq!(happened.campaign, asked.campaign, "{asked:?}");
    assert_eq!(happened.event, asked.verb.event(), "{asked:?}");
    assert_eq!(reply.version(), happened.version, "{asked:?} {reply:?}");
    assert_eq!(reply.campaign("status"), status, "{asked:?}");
    assert_eq!(
        reply.campaign("updated_at"),
        happened.recorded_at,
        "{asked:?}"
    );
}

async fn check_effects_between(client: &Client, journal: JournalId, after: i64, head: i64) {
    let wrong = "SELECT events.position, events.type, effects.detail::text \
                 FROM events FULL JOIN effects USING (journal, position, campaign_id) \
                 WHERE journal = $1 AND position > $2 AND position <= $3 \
                 AND coalesce(detail::text, '') IS DISTINCT FROM CASE type \
                     WHEN 'CampaignPaused' \
                     THEN '{\"token_kind\":\"sleep\",\"output\":{\"paused\":true}}' \
                     WHEN 'CampaignResumed' \
                     THEN '{\"token_kind\":\"pause\",\"output\":{\"resumed\":true}}' \
                     WHEN 'CampaignLaunchStarted' THEN '{}' \
                     ELSE '' END";
    let rows = client
        .query(wrong, &[&journal.0, &after, &head])
        .await
        .unwrap();
    assert!(
        rows.is_empty(),
        "effects that events do not have, or lack: {rows:?}"
    );
}

/// All rows equal a replay of the whole log.
pub async fn check_rows(world: &World) {
    check_rows_of(&world.connect().await.client, world.journals).await;
}

/// The same for whoever has no world.
pub async fn check_rows_of(client: &Client, journals: Journals) {
    for journal in journals.iter() {
        let report = projector::check(client, journal).await.unwrap();
        assert!(report.differences.is_empty(), "{:#?}", report.differences);
    }
}
