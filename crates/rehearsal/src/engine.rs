//! One connection of an engine: asks for permits, single and many, for steps that others ask for
//! too; pretends to send; reports what became of it, some of it late.

use crate::ground::Ground;
use crate::http::{Http, Reply};
use crate::play::Stage;
use crate::record::Record;
use domain::{CampaignId, NodeId, PermitId, ProspectId};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use uuid::Uuid;

/// Permits that a connection keeps open at most before it reports some.
const KEPT_MAX: usize = 300;
/// Outcomes reported at once.
const REPORTED: usize = 100;

pub(crate) struct Engine {
    stage: Arc<Stage>,
    http: Http,
    dice: StdRng,
    open: Vec<PermitId>,
    record: Record,
}

impl Engine {
    pub fn new(stage: Arc<Stage>, http: Http, seed: u64) -> Self {
        Self {
            stage,
            http,
            dice: StdRng::seed_from_u64(seed),
            open: Vec::new(),
            record: Record::default(),
        }
    }

    pub async fn run(mut self) -> Record {
        let stage = self.stage.clone();
        while !stage.is_over() {
            let Some(ground) = stage.grounds.choose(&mut self.dice) else {
                break;
            };
            self.ask(ground).await;
            let kept = self.dice.random_range(0..KEPT_MAX);
            while kept < self.open.len() {
                self.report().await;
            }
        }
        // The rest stays open, as after an engine that is gone.
        self.record
    }

    async fn ask(&mut self, ground: &Ground) {
        let count = match self.dice.random_range(0..4_u8) {
            0 => 1,
            _ => self.dice.random_range(1..=self.stage.scale.items_max),
        };
        let wishes: Vec<(ProspectId, NodeId)> = (0..count)
            .filter_map(|_| {
                let prospect = ground.prospects.choose(&mut self.dice)?;
                Some((*prospect, *ground.steps.choose(&mut self.dice)?))
            })
            .collect();
        let campaign = ground.campaign_id;
        let (path, body) = match wishes.as_slice() {
            [(prospect, node)] => (
                format!(
                    "/internal/campaigns/{campaign}/prospects/{}/permits",
                    prospect.0
                ),
                json!({ "node_id": node }),
            ),
            several => {
                let items = several
                    .iter()
                    .map(|(prospect, node)| json!({"prospect_id": prospect, "node_id": node}));
                let items: Vec<Value> = items.collect();
                (
                    format!("/internal/campaigns/{campaign}/permits"),
                    json!({ "permits": items }),
                )
            }
        };
        let before = ground.gate();
        let reply = self.http.ask("POST", &path, &body.to_string()).await;
        let held = before == ground.gate() && before % 2 == 1;
        match reply {
            Ok(reply) => self.answered(campaign, &wishes, &reply, held),
            Err(_) => self.record.broken += 1,
        }
    }

    fn answered(
        &mut self,
        campaign: CampaignId,
        wishes: &[(ProspectId, NodeId)],
        reply: &Reply,
        held: bool,
    ) {
        let answer: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
        if reply.status != 200 {
            // A service that is busy or has lost its database says so.
            if reply.status != 503 {
                self.record.wrong(format!("{}: {answer}", reply.status));
            }
            self.record.refused("unanswered");
            return;
        }
        let several = answer.get("permits").and_then(Value::as_array);
        let outcomes: Vec<&Value> = match several {
            Some(items) => items.iter().collect(),
            None => vec![&answer],
        };
        if outcomes.len() != wishes.len() {
            self.record.wrong(format!("answers are missing: {answer}"));
        }
        let answered = u64::try_from(outcomes.len()).unwrap_or(0);
        self.record.asked += answered;
        self.stage.asked.fetch_add(answered, Ordering::Relaxed);
        for ((prospect, node), outcome) in wishes.iter().zip(outcomes) {
            self.noted(campaign, (*prospect, *node), outcome, held);
        }
    }

    fn noted(
        &mut self,
        campaign: CampaignId,
        (prospect, node): (ProspectId, NodeId),
        outcome: &Value,
        held: bool,
    ) {
        let permit = outcome
            .get("permit")
            .filter(|permit| permit["state"] == "open");
        let id = permit
            .and_then(|permit| permit["id"].as_str())
            .and_then(|text| Uuid::try_parse(text).ok())
            .map(PermitId);
        match (outcome["outcome"].as_str(), id) {
            (Some("granted"), Some(id)) => {
                let step = (campaign, prospect, node);
                self.record.granted((campaign, id), step, held);
                self.open.push(id);
            }
            (Some("refused"), id) => {
                let reason = outcome["reason"].as_str().unwrap_or_default();
                self.record.refused(reason);
                // Another task's, or one whose answer was lost: whoever sends reports.
                if self.stage.scale.adopts {
                    self.open.extend(id);
                }
            }
            (Some("failed"), _) => self.record.refused("unanswered"),
            _ => self.record.wrong(format!("not an outcome: {outcome}")),
        }
    }

    /// What became of a permit follows from its id, so that whoever reports it says the same.
    async fn report(&mut self) {
        let some: Vec<PermitId> = (0..REPORTED)
            .filter_map(|_| {
                let last = self.open.len().checked_sub(1)?;
                Some(self.open.swap_remove(self.dice.random_range(0..=last)))
            })
            .collect();
        let item = |id: &PermitId| {
            let outcome = if id.0.as_u128().is_multiple_of(10) {
                "failed"
            } else {
                "sent"
            };
            json!({"permit_id": id, "outcome": outcome})
        };
        let items: Vec<Value> = some.iter().map(item).collect();
        let body = json!({ "outcomes": items }).to_string();
        let path = "/internal/permits/outcomes";
        match self.http.ask("POST", path, &body).await {
            Ok(reply) if reply.status == 200 => {
                let answer: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
                let outcomes = answer.get("outcomes").and_then(Value::as_array);
                let outcomes = outcomes.cloned().unwrap_or_default();
                for (id, outcome) in some.iter().zip(&outcomes) {
                    match outcome["outcome"].as_str() {
                        Some("recorded") => self.record.reported += 1,
                        Some("failed") => self.open.push(*id),
                        _ => self.record.wrong(format!("not recorded: {outcome}")),
                    }
                }
            }
            Ok(reply) if reply.status == 503 => self.open.extend(some),
            Ok(reply) => self.record.wrong(format!(
                "{}: {}",
                reply.status,
                String::from_utf8_lossy(&reply.body)
            )),
            Err(_) => {
                self.record.broken += 1;
                self.open.extend(some);
            }
        }
    }
}
