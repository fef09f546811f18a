//! A batch being decided: the campaigns as they stand after each command, what is to be written,
//! and what each caller will be told once it is.

use crate::accounts_at_hand::AccountsAtHand;
use crate::answers::{NewAnswer, Stored};
use crate::cache::Cache;
use crate::lanes::Sources;
use crate::load::{Loaded, Wanted, namer};
use crate::pending::{Pending, pending, row_of};
use crate::senders_at_hand::SendersAtHand;
use crate::{Done, Remember, Request, Told, Verdict};
use chrono::{DateTime, Utc};
use domain::{Campaign, CampaignId, Event, Known, UserId, decide};
use event_store::{Head, NewEvent};
use outbox::{Enqueued, effect_of};
use people::Register;
use projector::Unit;
use std::collections::HashMap;
use std::sync::Arc;

/// A history that the rules themselves broke: a defect, and nothing may be written.
#[derive(Debug, thiserror::Error)]
#[error("decide a {command}")]
pub(crate) struct BrokenBatch {
    command: &'static str,
    #[source]
    source: domain::BrokenHistory,
}

pub(crate) struct Batch {
    pub head: Head,
    /// Known before the write when the head is held.
    pub recorded_at: Option<DateTime<Utc>>,
    pub events: Vec<NewEvent>,
    pub effects: Vec<Enqueued>,
    pub answers: Vec<NewAnswer>,
    pub register: Register,
    units: HashMap<CampaignId, Unit>,
    names: HashMap<(UserId, String), CampaignId>,
    senders: SendersAtHand,
    accounts: AccountsAtHand,
    stored: HashMap<(UserId, String), Stored>,
    pending: Vec<Pending>,
}

impl Batch {
    /// A batch that holds the head.
    pub fn loaded(loaded: Loaded) -> Self {
        let present = loaded.rows.into_iter().map(Unit::present);
        let deleted = loaded
            .deleted
            .into_iter()
            .map(|(id, version)| Unit::rowless(id, Campaign::Deleted, version));
        let mut units: HashMap<_, _> = deleted.map(|unit| (unit.id, unit)).collect();
        units.extend(present.map(|unit| (unit.id, unit)));
        for (campaign, id, prospect) in loaded.prospects {
            if let Some(unit) = units.get_mut(&campaign) {
                unit.roster.put(id, prospect);
            }
        }
        Self {
            recorded_at: Some(loaded.head.now_at),
            names: loaded.names,
            senders: loaded.senders,
            accounts: AccountsAtHand::read(loaded.accounts),
            stored: loaded.answers,
            register: loaded.register,
            ..Self::empty(loaded.head, units)
        }
    }

    /// A batch decided from memory, if the lane remembers all that it needs.
    pub fn remembered(wanted: &Wanted, cache: &mut Cache) -> Option<Self> {
        if !wanted.may_be_remembered() {
            return None;
        }
        let head = cache.head()?;
        let rows = wanted.campaigns.iter().map(|id| cache.find(*id));
        let rows: Vec<_> = rows.collect::<Option<_>>()?;
        let accounts = AccountsAtHand::remembered(wanted, &rows, cache)?;
        let present = rows.into_iter().map(Unit::present);
        let mut units: HashMap<_, _> = present.map(|unit| (unit.id, unit)).collect();
        for (campaign, id) in &wanted.prospects {
            let prospect = cache.find_prospect((*campaign, *id))?;
            if let Some(unit) = units.get_mut(campaign) {
                unit.roster.put(*id, prospect);
            }
        }
        Some(Self {
            accounts,
            ..Self::empty(head, units)
        })
    }

    fn empty(head: Head, units: HashMap<CampaignId, Unit>) -> Self {
        Self {
            head,
            recorded_at: None,
            events: Vec::new(),
            effects: Vec::new(),
            answers: Vec::new(),
            register: Register::default(),
            units,
            names: HashMap::new(),
            senders: SendersAtHand::default(),
            accounts: AccountsAtHand::default(),
            stored: HashMap::new(),
            pending: Vec::new(),
        }
    }

    /// Decides the next request.
    pub fn decide(&mut self, request: &Request, sources: &Sources) -> Result<(), BrokenBatch> {
        let pending = match self.answered_before(request) {
            Some(verdict) => Pending::Known(verdict),
            None => {
                let pending = self.decide_afresh(request, sources)?;
                self.remember(request, &pending);
                pending
            }
        };
        self.pending.push(pending);
        Ok(())
    }

    /// Whether nothing is to be written.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.answers.is_empty()
    }

    /// The campaigns that changed.
    pub fn touched(&self) -> Vec<&Unit> {
        self.units
            .values()
            .filter(|unit| unit.is_touched())
            .collect()
    }

    /// The verdicts in the order of the requests. `recorded_at` is when the events were.
    pub fn verdicts(self, recorded_at: DateTime<Utc>) -> Vec<Verdict> {
        self.pending
            .into_iter()
            .map(|pending| pending.verdict(recorded_at))
            .collect()
    }

    /// Which verdicts would claim that something happened or was stored, in the order of the
    /// requests.
    pub fn claims(&self) -> Vec<bool> {
        self.pending
            .iter()
            .map(|pending| {
                matches!(
                    pending,
                    Pending::Done { .. } | Pending::Known(Verdict::Deleted)
                )
            })
            .collect()
    }

    /// Brings a lane's memory to what this batch has made of it.
    pub fn remember_in(&self, cache: &mut Cache, recorded_at: DateTime<Utc>) {
        let count = i64::try_from(self.events.len()).unwrap_or(i64::MAX);
        let position = self.head.position.saturating_add(count);
        cache.advance(Head {
            position,
            now_at: recorded_at,
            ..self.head
        });
        for unit in self.units.values().filter(|unit| unit.is_touched()) {
            match row_of(unit, recorded_at) {
                Some(row) => cache.put(Arc::new(row)),
                None => cache.forget(unit.id),
            }
            cache.put_prospects_of(unit);
        }
        self.accounts.remember_in(cache);
    }

    fn answered_before(&self, request: &Request) -> Option<Verdict> {
        let Remember {
            user_id,
            key,
            fingerprint,
            ..
        } = request.remember.as_ref()?;
        let stored = self.stored.get(&(*user_id, key.clone()))?;
        if stored.fingerprint == fingerprint {
            Some(Verdict::Replayed(stored.remembered.clone()))
        } else {
            Some(Verdict::KeyReused)
        }
    }

    fn decide_afresh(
        &mut self,
        request: &Request,
        sources: &Sources,
    ) -> Result<Pending, BrokenBatch> {
        let id = request.campaign_id;
        let absent = || Unit::rowless(id, Campaign::Absent, domain::Version::default());
        let unit = self.units.entry(id).or_insert_with(absent);
        if let Some(present) = unit.campaign.present() {
            if request
                .tenant
                .is_some_and(|tenant| tenant != present.user_id)
            {
                return Ok(Pending::Known(Verdict::not_found()));
            }
            if request
                .expected
                .as_ref()
                .is_some_and(|expected| !expected.is_met_by(unit.version))
            {
                return Ok(Pending::Known(Verdict::VersionDiffers {
                    version: unit.version,
                    status: present.stage.status(),
                }));
            }
        }
        let wanted = namer(request).zip(request.command.name_wanted());
        let name_owner = wanted
            .and_then(|(user, name)| self.names.get(&(user, name.to_owned())).copied())
            .filter(|owner| *owner != id);
        let senders = self.senders.asked_about(request, &unit.campaign);
        let judgement = unit.campaign.present().map(|present| {
            let change = request.people.as_ref();
            self.register.judge((id, present), &request.command, change)
        });
        let judgement = judgement.unwrap_or_default();
        let account = unit.campaign.present().zip(request.command.sends_from());
        let account = account.and_then(|(it, id)| self.accounts.find(it.user_id, id));
        let known = Known {
            now: (sources.now)(),
            roster: &unit.roster,
            name_owner,
            senders: &senders,
            account,
            people: judgement.known(),
        };
        match decide(&unit.campaign, &request.command, &known) {
            Err(rejection) => Ok(Pending::Known(Verdict::Rejected {
                rejection,
                status: unit.campaign.status(),
            })),
            Ok(events) => self.apply(request, events, sources),
        }
    }

    fn apply(
        &mut self,
        request: &Request,
        events: Vec<Event>,
        sources: &Sources,
    ) -> Result<Pending, BrokenBatch> {
        let command_id = (sources.new_id)();
        let mut causation_id = None;
        let tells = Done::tells(&request.command);
        let mut told = Vec::new();
        let Some(unit) = self.units.get_mut(&request.campaign_id) else {
            return Ok(Pending::Known(Verdict::not_found()));
        };
        for event in events {
            let ordinal = i64::try_from(self.events.len()).unwrap_or(i64::MAX);
            let position = self.head.position + 1 + ordinal;
            if let Some(effect) = effect_of(&unit.campaign, &event) {
                self.effects.push(Enqueued {
                    position,
                    campaign_id: unit.id,
                    effect,
                });
            }
            if let Some(present) = unit.campaign.present() {
                let change = request.people.as_ref();
                self.register.follow((unit.id, present), &event, change);
                self.accounts.follow(present.user_id, &event);
            }
            unit.apply(&event).map_err(|source| BrokenBatch {
                command: request.command.label(),
                source,
            })?;
            let event_id = (sources.new_id)();
            if tells {
                told.push(Told {
                    event_id: Some(event_id),
                    event: event.clone(),
                });
            }
            self.events.push(NewEvent {
                event_id,
                campaign_id: unit.id,
                version: unit.version,
                event,
                metadata: request.origin.metadata(command_id, causation_id),
            });
            causation_id.get_or_insert(event_id);
        }
        if let (Some(user), Some(name)) = (namer(request), request.command.name_wanted()) {
            self.names.insert((user, name.to_owned()), unit.id);
        }
        Ok(pending(unit, self.head.now_at, told))
    }

    /// Stores the answer of a request that carries a key, for the database and for requests with
    /// the same key later in this batch.
    fn remember(&mut self, request: &Request, pending: &Pending) {
        let (Some(remember), Some(recorded_at)) = (&request.remember, self.recorded_at) else {
            return;
        };
        let Some(remembered) = remember.render.of(&pending.clone_verdict(recorded_at)) else {
            return;
        };
        let place = (remember.user_id, remember.key.clone());
        let fingerprint = remember.fingerprint.to_vec();
        self.stored.insert(
            place,
            Stored {
                fingerprint,
                remembered: remembered.clone(),
            },
        );
        self.answers.push(NewAnswer {
            user_id: remember.user_id,
            key: remember.key.clone(),
            fingerprint: remember.fingerprint,
            remembered,
        });
    }
}
