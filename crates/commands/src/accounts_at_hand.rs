//! The sender accounts that a batch's permits are held to: their limits, and what they were granted.
//!
//! What they were granted is true at the head of the batch, as rows are, and follows each permit that
//! the batch grants: so the next one is held to it. The limits are those that the process
//! remembers, or else that were read with the rows.

use crate::cache::Cache;
use crate::load::Wanted;
use chrono::{Days, NaiveDate};
use domain::{AccountId, Event, SendingAccount, UserId, WEEK_DAYS};
use projector::{CampaignRow, GrantedPermits};
use senders::{LimitsOfAccounts, Reading};
use std::collections::HashMap;
use std::sync::Arc;

/// Since when permits are looked at on `today`: a day more than any limit looks back to, for clocks
/// that differ.
pub(crate) fn counted_since(today: NaiveDate) -> NaiveDate {
    let first = today.checked_sub_days(Days::new(WEEK_DAYS));
    first.unwrap_or(NaiveDate::MIN)
}

/// What was read of accounts, of any user.
pub(crate) struct ReadAccounts {
    pub granted: GrantedPermits,
    pub limits: LimitsOfAccounts,
    /// Since when all permits are counted.
    pub since: NaiveDate,
    pub reading: Reading,
}

impl ReadAccounts {
    /// The account of a user.
    fn of(&self, whose: (UserId, AccountId)) -> SendingAccount {
        SendingAccount {
            own: self.limits.get(&whose).copied().unwrap_or_default(),
            permits: self.granted.get(&whose).cloned().unwrap_or_default(),
        }
    }

    /// Has a lane remember those of `wanted`. `rows` are of the campaigns that send.
    pub fn remember(&self, wanted: &Wanted, rows: &[Arc<CampaignRow>], cache: &mut Cache) {
        for row in rows {
            for account in wanted.accounts_of(row.id) {
                let whose = (row.campaign.user_id, account);
                let SendingAccount { own, permits } = self.of(whose);
                cache.put_permits(whose, permits, self.since);
                cache.senders().remember_limits(self.reading, whose, own);
            }
        }
    }
}

/// An account with the day since when its permits are counted.
#[derive(Clone)]
struct AtHand {
    account: SendingAccount,
    since: NaiveDate,
}

/// Accounts by whose they are.
#[derive(Default)]
pub(crate) struct AccountsAtHand {
    known: HashMap<(UserId, AccountId), AtHand>,
    read: Option<ReadAccounts>,
}

impl AccountsAtHand {
    /// Those that were read under the head.
    pub fn read(read: Option<ReadAccounts>) -> Self {
        Self {
            known: HashMap::new(),
            read,
        }
    }

    /// Those of `wanted`, if a lane remembers them all. `rows` are of the campaigns that send.
    pub fn remembered(
        wanted: &Wanted,
        rows: &[Arc<CampaignRow>],
        cache: &mut Cache,
    ) -> Option<Self> {
        let mut known = HashMap::with_capacity(wanted.accounts.len());
        let since = counted_since(wanted.today);
        for row in rows {
            for account in wanted.accounts_of(row.id) {
                let whose = (row.campaign.user_id, account);
                let permits = cache.find_permits(whose, since)?;
                let own = cache.senders().recall_limits(whose.0, whose.1)?;
                let account = SendingAccount { own, permits };
                known.insert(whose, AtHand { account, since });
            }
        }
        Some(Self { known, read: None })
    }

    /// The account of `user`, if it was looked up.
    pub fn find(&mut self, user: UserId, id: AccountId) -> Option<&SendingAccount> {
        let whose = (user, id);
        if !self.known.contains_key(&whose) {
            let read = self.read.as_ref()?;
            let (account, since) = (read.of(whose), read.since);
            self.known.insert(whose, AtHand { account, since });
        }
        self.known.get(&whose).map(|at_hand| &at_hand.account)
    }

    /// Counts what an event of a campaign of `user` grants.
    pub fn follow(&mut self, user: UserId, event: &Event) {
        if let Event::SendPermitted(permitted) = event
            && let (Some(account), Some(day)) = (permitted.account_id, permitted.account_day)
            && let Some(at_hand) = self.known.get_mut(&(user, account))
        {
            at_hand.account.permits.count(day, permitted.send, 1);
        }
    }

    /// Brings a lane's memory to what the batch has granted.
    pub fn remember_in(&self, cache: &mut Cache) {
        for (whose, at_hand) in &self.known {
            let permits = at_hand.account.permits.clone();
            cache.put_permits(*whose, permits, at_hand.since);
        }
    }
}
