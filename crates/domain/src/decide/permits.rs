//! Send permits: the barrier that makes a pause bite at once.
//!
//! Permits and pauses are decided in one order, that of the campaign's journal: after a pause
//! none is granted until a resume, and the open ones are known exactly. A step is permitted at
//! most once per prospect, whatever became of the first permit.

use super::Decision;
use super::progress::first_mail_sent;
use crate::event::{PermitClosed, SendFailed, SendPermitted};
use crate::limits::{NOTHING_KNOWN, binding_limit};
use crate::{
    AccountId, Command, Event, Known, LimitInForce, LimitName, PermitRefusal, PermitState, Present,
    Rejection, SendKind, SendingAccount, Stage,
};
use chrono::{DateTime, Utc};

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
    let account = account_id.map(|id| (id, known.account.unwrap_or(&NOTHING_KNOWN)));
    within_limits(campaign, send, account, known.now)?;
    let day = campaign.day_at(known.now);
    Ok(vec![Event::SendPermitted(SendPermitted {
        permit_id: *permit_id,
        prospect_id: *prospect_id,
        node_id: *node_id,
        send,
        account_id: *account_id,
        day: day.date(),
        day_ends_at: Some(day.ends_at()),
        account_day: account.map(|(_, account)| account.permits.day_at(known.now).date()),
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

/// Refuses what the hours or a limit do not let through now. `ask_again_at` is when all of them do; a
/// limit that is named is the one that is waited for.
fn within_limits(
    campaign: &Present,
    kind: SendKind,
    account: Option<(AccountId, &SendingAccount)>,
    now: DateTime<Utc>,
) -> Result<(), Rejection> {
    let hours = campaign.settings.operating_hours.as_ref();
    let is_open = hours.is_none_or(|hours| hours.is_open_at(now));
    let binding = binding_limit(campaign, kind, account, now);
    let reached = binding.filter(LimitInForce::is_reached);
    let refusal = match reached {
        _ if !is_open => PermitRefusal::OutsideOperatingHours,
        Some(limit) => refusal_by(limit.name),
        None => return Ok(()),
    };
    let free_at = reached.map_or(Some(now), |limit| limit.frees_at);
    let opening = |from| hours.map_or(Some(from), |hours| hours.next_opening(from));
    Err(for_now(refusal, free_at.and_then(opening)))
}

fn refusal_by(limit: LimitName) -> PermitRefusal {
    match limit {
        LimitName::CampaignDaily => PermitRefusal::DailyLimit,
        LimitName::CampaignAccount | LimitName::AccountDaily => PermitRefusal::AccountLimit,
        LimitName::AccountWeeklyConnections | LimitName::AccountWeeklyMessages => {
            PermitRefusal::WeeklyLimit
        }
    }
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
