//! Who pauses and resumes one campaign at random, and turns its gate between the two.

use crate::http::{Http, Reply};
use crate::play::Stage;
use crate::record::{PauseTold, Record};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

pub(crate) struct Director {
    stage: Arc<Stage>,
    /// Which of the campaigns.
    place: usize,
    http: Http,
    dice: StdRng,
    record: Record,
}

impl Director {
    pub fn new(stage: Arc<Stage>, place: usize, http: Http, seed: u64) -> Self {
        Self {
            stage,
            place,
            http,
            dice: StdRng::seed_from_u64(seed),
            record: Record::default(),
        }
    }

    pub async fn run(mut self) -> Record {
        let stage = self.stage.clone();
        let Some(ground) = stage.grounds.get(self.place) else {
            return self.record;
        };
        while !stage.is_over() {
            self.rest(stage.scale.open_ms_max).await;
            if self.bring_to("pause", "paused").await {
                ground.turn();
                self.rest(stage.scale.held_ms_max).await;
                ground.turn();
                self.bring_to("resume", "active").await;
            }
        }
        self.record
    }

    async fn rest(&mut self, longest_ms: u64) {
        let rest = self.dice.random_range(1..=longest_ms * 1_000);
        tokio::time::sleep(Duration::from_micros(rest)).await;
    }

    /// Whether the campaign is known to be where it was to be brought. Who has lost an answer looks.
    async fn bring_to(&mut self, verb: &str, status: &str) -> bool {
        let Some(ground) = self.stage.grounds.get(self.place) else {
            return false;
        };
        let campaign_id = ground.campaign_id;
        let (ask, look) = (
            format!("/api/campaigns/{campaign_id}/{verb}"),
            format!("/api/campaigns/{campaign_id}"),
        );
        loop {
            match self.http.ask("POST", &ask, "").await {
                Ok(reply) if reply.status == 200 && says(&reply, status) => {
                    self.acknowledged(campaign_id, verb, &reply);
                    return true;
                }
                Ok(reply) if matches!(reply.status, 400 | 503) => {}
                Ok(reply) => {
                    let body = String::from_utf8_lossy(&reply.body);
                    self.record
                        .wrong(format!("{verb}: {} {body}", reply.status));
                    return false;
                }
                Err(_) => self.record.broken += 1,
            }
            match self.http.ask("GET", &look, "").await {
                Ok(reply) if reply.status == 200 && says(&reply, status) => return true,
                Ok(_) => {}
                Err(_) => self.record.broken += 1,
            }
            if self.stage.is_over() {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    fn acknowledged(&mut self, campaign_id: domain::CampaignId, verb: &str, reply: &Reply) {
        let Some(version) = reply.version else {
            return self.record.wrong(format!("{verb}: no version is told"));
        };
        if verb == "pause" {
            self.record.pauses.push(PauseTold {
                campaign_id,
                version,
                sends_in_flight: reply.sends_in_flight,
            });
        }
    }
}

fn says(reply: &Reply, status: &str) -> bool {
    let answer: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let said = answer.pointer("/campaign/status").and_then(Value::as_str);
    said == Some(status)
}
