//! The sender accounts that a batch's decisions ask about.
//!
//! Those that a command assigns are known from the command. Those of a campaign that is launched
//! are known only once its row is: they cost one more question, which only a launch asks.

use crate::Request;
use crate::load::{Wanted, namer};
use crate::session::Session;
use domain::{AccountId, Campaign, SenderFacts, Senders, UserId};
use projector::CampaignRow;
use senders::SenderError;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// How accounts stand, by whose they are.
#[derive(Default)]
pub(crate) struct SendersAtHand(HashMap<(UserId, AccountId), SenderFacts>);

impl SendersAtHand {
    /// Those that commands assign, with those of the campaigns that are launched.
    pub async fn of(
        session: &Session,
        wanted: &Wanted,
        rows: &[Arc<CampaignRow>],
        mut named: HashMap<(UserId, AccountId), SenderFacts>,
    ) -> Result<Self, SenderError> {
        let launched = rows.iter().filter(|row| wanted.launched.contains(&row.id));
        let assigned: BTreeSet<(UserId, AccountId)> = launched
            .flat_map(|row| {
                let ids = &row.campaign.settings.sender_account_ids;
                ids.iter().map(|id| (row.campaign.user_id, *id))
            })
            .filter(|whose| !wanted.senders.contains(whose))
            .collect();
        let assigned: Vec<_> = assigned.into_iter().collect();
        named.extend(session.senders.find(session.client(), &assigned).await?);
        Ok(Self(named))
    }

    /// Those that a decision on `request` asks about.
    pub fn asked_about(&self, request: &Request, campaign: &Campaign) -> Senders {
        let (user, ids) = senders_asked_about(request, campaign);
        let facts = |id: &AccountId| Some((*id, *self.0.get(&(user?, *id))?));
        ids.iter().filter_map(facts).collect()
    }
}

/// The accounts that a decision on `request` asks about, and whose they must be.
pub(crate) fn senders_asked_about<'a>(
    request: &'a Request,
    campaign: &'a Campaign,
) -> (Option<UserId>, &'a [AccountId]) {
    match campaign.present() {
        Some(present) if request.command.looks_at_senders() => {
            let ids = &present.settings.sender_account_ids;
            (Some(present.user_id), ids)
        }
        _ => (namer(request), request.command.senders_named()),
    }
}
