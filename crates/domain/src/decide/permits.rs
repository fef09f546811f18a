//! Send permits: the barrier that makes a pause bite at once.
//!
//! Permits and pauses are decided in one order, that of the campaign's journal: after a pause
//! none is granted until a resume, and the open ones are known exactly. A step is permitted at
//! most once per prospect, whatever became of the first permit.

use super::Decision;
use super::progress::first_mail_sent;
use crate::event::{PermitClosed, SendFailed, SendPermitted};
use crate::hours::{local_day, next_midnight};
use crate::{
    AccountId, Channel, Command, DailyLimit, Event, Known, PermitRefusal, PermitState, Present,
    Rejection, SendKind, Stage,
};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

/// Grants one permit, or says why not and when to ask again.
pub(super) fn request(campaign: &Present, command: &Command, known: &Known<'_>) -> Decision {
    let Command::RequestPermit {
        permit_id,
        prospect_id,
        node_id,
        account_id,
    } = command
    else {
        return Ok(vec![]);
    };
    let prospect = known
        .roster
        .find(*prospect_id)
        .ok_or(Rejection::ProspectNotFound)?;
    let node = campaign
        .sequence
        .find(*node_id)
        .ok_or(Rejection::NodeNotFound)?;
    let accounts = &campaign.settings.sender_account_ids;
    if account_id.is_some_and(|account| !accounts.contains(&account)) {
        return Err(Rejection::AccountNotInCampaign);
    }
    if let Some(permit) = prospect.permit_for(*node_id) {
        return Err(Rejection::PermitRefused {
            refusal: PermitRefusal::AlreadyPermitted,
            ask_again_at: None,
            permit: Some(*permit),
        });
    }
    if prospect.status.is_terminal() {
        return refuse(PermitRefusal::ProspectTerminal(prospect.status));
    }
    let Some(send) = SendKind::of(node.kind) else {
        return refuse(PermitRefusal::NothingToSend);
    };
    match campaign.stage {
        Stage::Active => {}
        Stage::Paused { .. } => return refuse(PermitRefusal::Paused),
        Stage::Draft | Stage::Launching { .. } | Stage::Completed => {
            return refuse(PermitRefusal::NotActive);
        }
    }
    let day = within_limits(campaign, *account_id, known.now)?;
    Ok(vec![Event::SendPermitted(SendPermitted {
        permit_id: *permit_id,
        prospect_id: *prospect_id,
        node_id: *node_id,
        send,
        account_id: *account_id,
        day,
    })])
}

/// Accounts for a permit. Saying the same thing twice is no news; something else is refused.
pub(super) fn report(campaign: &Present, command: &Command, known: &Known<'_>) -> Decision {
    let (permit_id, prospect_id, reported) = match command {
        Command::ReportSent {
            permit_id,
            prospect_id,
        } => (*permit_id, *prospect_id, PermitState::Sent),
        Command::ReportFailed {
            permit_id,
            prospect_id,
            ..
        } => (*permit_id, *prospect_id, PermitState::Failed),
        _ => return Ok(vec![]),
    };
    let prospect = known
        .roster
        .find(prospect_id)
        .ok_or(Rejection::ProspectNotFound)?;
    let permit = prospect
        .permit(permit_id)
        .ok_or(Rejection::PermitNotFound)?;
    match (permit.state, command) {
        (PermitState::Open, Command::ReportFailed { failure, .. }) => {
            let failed = SendFailed {
                permit_id,
                prospect_id,
                failure: *failure,
            };
            Ok(vec![Event::SendFailed(failed)])
        }
        (PermitState::Open, _) => {
            let sent = Event::SendSucceeded(PermitClosed {
                permit_id,
                prospect_id,
            });
            if permit.kind == SendKind::Email && !prospect.was_sent(SendKind::Email) {
                return Ok(first_mail_sent(campaign, sent));
            }
            Ok(vec![sent])
        }
        (state, _) if state == reported => Ok(vec![]),
        _ => Err(Rejection::PermitClosed),
    }
}

/// The day that a permit granted now counts for.
fn within_limits(
    campaign: &Present,
    account: Option<AccountId>,
    now: DateTime<Utc>,
) -> Result<NaiveDate, Rejection> {
    let hours = campaign.settings.operating_hours.as_ref();
    if let Some(hours) = hours
        && !hours.is_open_at(now)
    {
        let ask_again_at = hours.next_opening(now);
        return Err(for_now(PermitRefusal::OutsideOperatingHours, ask_again_at));
    }
    let zone = hours.map_or(Tz::UTC, |hours| hours.time_zone);
    let day = local_day(zone, now);
    let Channel::Email(email) = &campaign.settings.channel else {
        return Ok(day);
    };
    let tomorrow = |refusal| {
        let midnight = next_midnight(zone, day);
        let opening = |from| hours.map_or(Some(from), |hours| hours.next_opening(from));
        for_now(refusal, midnight.and_then(opening))
    };
    let reached = |limit: Option<DailyLimit>, granted: u32| {
        limit.is_some_and(|limit| limit.sends() <= granted)
    };
    if reached(email.daily_limit, campaign.tally.on(day)) {
        return Err(tomorrow(PermitRefusal::DailyLimit));
    }
    if let Some(account) = account {
        let own = email
            .account_limits
            .iter()
            .find(|limit| limit.account_id == account);
        let granted = campaign.tally.of_account_on(account, day);
        if reached(own.map(|limit| limit.daily_limit), granted) {
            return Err(tomorrow(PermitRefusal::AccountLimit));
        }
    }
    Ok(day)
}

fn refuse(refusal: PermitRefusal) -> Decision {
    Err(for_now(refusal, None))
}

fn for_now(refusal: PermitRefusal, ask_again_at: Option<DateTime<Utc>>) -> Rejection {
    Rejection::PermitRefused {
        refusal,
        ask_again_at,
        permit: None,
    }
}
