//! What events make of prospects and of the counters.
//!
//! Every change goes through [`move_to`], which takes the prospect out of one count and puts it
//! into another, so the two cannot part.

use crate::event::{PermitClosed, SendPermitted};
use crate::{
    Census, Event, NodeId, Permit, PermitId, PermitState, Present, Prospect, ProspectId,
    ProspectStatus, Roster, SendKind, Stage,
};

/// `None` when the event cannot follow.
pub(super) fn evolve(campaign: &mut Present, roster: &mut Roster, event: &Event) -> Option<()> {
    match (&campaign.stage, event) {
        (Stage::Draft, Event::ProspectsAdded(added)) => added
            .prospect_ids
            .iter()
            .try_for_each(|id| enter(campaign, roster, *id)),
        (Stage::Draft | Stage::Launching { .. }, Event::ProspectsRemoved(removed)) => removed
            .prospect_ids
            .iter()
            .try_for_each(|id| leave(campaign, roster, *id)),
        (Stage::Draft, Event::ProspectDetailsChanged(one)) => {
            roster.find(one.prospect_id).map(|_| ())
        }
        (Stage::Launching { .. }, Event::ProspectsSkipped(skipped)) => skipped
            .prospect_ids
            .iter()
            .try_for_each(|id| skip(&mut campaign.census, roster, *id)),
        (Stage::Draft, Event::AllProspectsRemoved(_)) => {
            roster.clear();
            campaign.census = Census::default();
            Some(())
        }
        (Stage::Active, Event::SendPermitted(permitted)) => permit(campaign, roster, permitted),
        (Stage::Active | Stage::Paused { .. } | Stage::Completed, event) => {
            follow(&mut campaign.census, roster, event)
        }
        _ => None,
    }
}

/// What happens to a prospect under way, in whichever stage it is heard of.
fn follow(census: &mut Census, roster: &mut Roster, event: &Event) -> Option<()> {
    match event {
        Event::SendSucceeded(PermitClosed {
            permit_id,
            prospect_id,
        }) => sent(census, roster.find_mut(*prospect_id)?, *permit_id),
        Event::SendFailed(failed) => {
            let prospect = roster.find_mut(failed.prospect_id)?;
            close(census, prospect, failed.permit_id, PermitState::Failed).map(|_| ())
        }
        Event::ProspectConnected(one) => {
            census.reached.connected += 1;
            reach(census, roster, one.prospect_id, ProspectStatus::Connected)
        }
        Event::ProspectReplied(replied) => {
            let prospect = roster.find_mut(replied.prospect_id)?;
            if prospect.replies == 0 {
                census.reached.replied += 1;
            }
            prospect.replies += 1;
            if !replied.stopped {
                return (!prospect.status.is_terminal()).then_some(());
            }
            reach(census, roster, replied.prospect_id, ProspectStatus::Replied)
        }
        Event::ProspectBounced(one) => {
            reach(census, roster, one.prospect_id, ProspectStatus::Bounced)
        }
        Event::ProspectCompleted(one) => {
            reach(census, roster, one.prospect_id, ProspectStatus::Completed)
        }
        Event::ProspectTimedOut(one) => {
            reach(census, roster, one.prospect_id, ProspectStatus::TimedOut)
        }
        Event::ProspectCancelled(one) => {
            reach(census, roster, one.prospect_id, ProspectStatus::Cancelled)
        }
        Event::ProspectErased(one) => {
            let prospect = roster.find(one.prospect_id)?;
            if prospect.status.is_terminal() {
                return Some(());
            }
            reach(census, roster, one.prospect_id, ProspectStatus::Cancelled)
        }
        _ => None,
    }
}

fn enter(campaign: &mut Present, roster: &mut Roster, id: ProspectId) -> Option<()> {
    if roster.find(id).is_some() {
        return None;
    }
    roster.put(id, Prospect::pending());
    campaign.census.enter(None, ProspectStatus::Pending, 1);
    Some(())
}

fn leave(campaign: &mut Present, roster: &mut Roster, id: ProspectId) -> Option<()> {
    let prospect = roster.take(id)?;
    campaign
        .census
        .leave(prospect.node_id, prospect.status)
        .then_some(())
}

fn skip(census: &mut Census, roster: &mut Roster, id: ProspectId) -> Option<()> {
    let waits = roster.find(id)?.status == ProspectStatus::Pending;
    if !waits {
        return None;
    }
    reach(census, roster, id, ProspectStatus::Cancelled)
}

fn permit(campaign: &mut Present, roster: &mut Roster, permitted: &SendPermitted) -> Option<()> {
    let prospect = roster.find_mut(permitted.prospect_id)?;
    let fresh = prospect.permit_step(Permit {
        id: permitted.permit_id,
        node_id: permitted.node_id,
        kind: permitted.send,
        account_id: permitted.account_id,
        state: PermitState::Open,
    });
    if !fresh || prospect.status.is_terminal() {
        return None;
    }
    campaign.census.open_permits += 1;
    campaign.tally.count(permitted);
    let status = prospect.status;
    move_to(
        &mut campaign.census,
        prospect,
        Some(permitted.node_id),
        status,
    )
}

/// A prospect who finished while the send was in flight stays finished; the send still counts.
fn sent(census: &mut Census, prospect: &mut Prospect, permit_id: PermitId) -> Option<()> {
    let kind = prospect.permit(permit_id)?.kind;
    let first = !prospect.was_sent(kind);
    close(census, prospect, permit_id, PermitState::Sent)?;
    if first {
        match kind {
            SendKind::Email => census.reached.sent += 1,
            SendKind::ConnectionRequest => census.reached.connection_sent += 1,
            SendKind::Message => census.reached.message_sent += 1,
        }
    }
    let status = prospect.status_after(kind.status_once_sent());
    let node_id = prospect.node_id;
    move_to(census, prospect, node_id, status)
}

fn close(
    census: &mut Census,
    prospect: &mut Prospect,
    permit_id: PermitId,
    state: PermitState,
) -> Option<()> {
    let permit = prospect.permit_mut(permit_id)?;
    if permit.state != PermitState::Open {
        return None;
    }
    permit.state = state;
    census.open_permits = census.open_permits.checked_sub(1)?;
    Some(())
}

/// To `status`, forward or by late news; a terminal one leaves the sequence.
fn reach(
    census: &mut Census,
    roster: &mut Roster,
    id: ProspectId,
    status: ProspectStatus,
) -> Option<()> {
    let prospect = roster.find_mut(id)?;
    if !prospect.status.may_become(status) {
        return None;
    }
    let node_id = if status.is_terminal() {
        None
    } else {
        prospect.node_id
    };
    move_to(census, prospect, node_id, status)
}

fn move_to(
    census: &mut Census,
    prospect: &mut Prospect,
    node_id: Option<NodeId>,
    status: ProspectStatus,
) -> Option<()> {
    if !census.leave(prospect.node_id, prospect.status) {
        return None;
    }
    prospect.node_id = node_id;
    prospect.status = status;
    census.enter(node_id, status, 1);
    Some(())
}
