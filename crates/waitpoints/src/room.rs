//! Who waits for which token: the bookkeeping of the hub, without time and database.

use crate::{Token, TokenId};
use domain::CampaignId;
use std::collections::{HashMap, HashSet};
use tokio::sync::oneshot;

/// The waiting room.
#[derive(Default)]
pub(crate) struct Room {
    tokens: HashMap<TokenId, Bench>,
    campaigns: HashMap<CampaignId, HashSet<TokenId>>,
    rung: HashSet<TokenId>,
    seats: u64,
    is_closed: bool,
}

/// Those who wait for one token.
struct Bench {
    campaign: Option<CampaignId>,
    seats: Vec<(u64, oneshot::Sender<Token>)>,
}

impl Room {
    /// Takes a seat. `None` when the room is closed.
    pub fn sit(&mut self, token: &Token) -> Option<(u64, oneshot::Receiver<Token>)> {
        if self.is_closed {
            return None;
        }
        let campaign = token
            .registration
            .map(|registration| registration.campaign_id);
        if let Some(campaign) = campaign {
            self.campaigns
                .entry(campaign)
                .or_default()
                .insert(token.id.clone());
        }
        self.seats += 1;
        let (sender, receiver) = oneshot::channel();
        let bench = self.tokens.entry(token.id.clone()).or_insert(Bench {
            campaign,
            seats: vec![],
        });
        bench.seats.push((self.seats, sender));
        Some((self.seats, receiver))
    }

    /// Gives a seat back; nothing if its token is over.
    pub fn leave(&mut self, id: &TokenId, seat: u64) {
        let Some(bench) = self.tokens.get_mut(id) else {
            return;
        };
        bench.seats.retain(|(number, _)| *number != seat);
        if bench.seats.is_empty() {
            self.clear(id);
        }
    }

    /// Tells everyone who waits for a token.
    pub fn tell(&mut self, token: &Token) {
        for (_, sender) in self.clear(&token.id) {
            // Whoever left in this moment needs no answer.
            let _gone = sender.send(token.clone());
        }
    }

    /// Notes that tokens are to be looked at. Whether somebody waits for one of them.
    pub fn ring_tokens(&mut self, ids: &[TokenId]) -> bool {
        let waited_for = ids.iter().filter(|id| self.tokens.contains_key(id));
        let before = self.rung.len();
        self.rung.extend(waited_for.cloned());
        self.rung.len() > before
    }

    /// Notes that a campaign's tokens are to be looked at. Whether somebody waits for one of them.
    pub fn ring_campaign(&mut self, campaign: CampaignId) -> bool {
        let Some(ids) = self.campaigns.get(&campaign) else {
            return false;
        };
        self.rung.extend(ids.iter().cloned());
        true
    }

    /// The tokens that were rung for, and are still waited for.
    pub fn take_rung(&mut self) -> Vec<TokenId> {
        let rung = std::mem::take(&mut self.rung);
        rung.into_iter()
            .filter(|id| self.tokens.contains_key(id))
            .collect()
    }

    /// All tokens that are waited for.
    pub fn all(&mut self) -> Vec<TokenId> {
        self.rung.clear();
        self.tokens.keys().cloned().collect()
    }

    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// How many wait.
    pub fn count(&self) -> usize {
        self.tokens.values().map(|bench| bench.seats.len()).sum()
    }

    /// Sends everybody away, and lets nobody in any more.
    pub fn close(&mut self) {
        *self = Self {
            is_closed: true,
            ..Self::default()
        };
    }

    fn clear(&mut self, id: &TokenId) -> Vec<(u64, oneshot::Sender<Token>)> {
        let Some(bench) = self.tokens.remove(id) else {
            return vec![];
        };
        if let Some(campaign) = bench.campaign
            && let Some(ids) = self.campaigns.get_mut(&campaign)
        {
            ids.remove(id);
            if ids.is_empty() {
                self.campaigns.remove(&campaign);
            }
        }
        bench.seats
    }
}
