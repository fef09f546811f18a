//! What happens to prospects, and what follows from it by itself.
//!
//! Two rules act without being asked: the bounce guard pauses an email campaign when at least
//! 100 prospects were sent to and 5 % bounced (campaign API, section 1.11), and an active
//! campaign whose last prospect is done completes. The guard acts on a bounce and on the send
//! that makes the hundred full; a campaign that was resumed in spite of it may send until the
//! next bounce.
//!
//! News may come twice, and late. What is known already is no news, and no refusal. Who was thought
//! to be done may still turn out to have answered or bounced; who was taken out stays out.

use super::{Decision, paused};
use crate::event::{CampaignPaused, Nothing, OneProspect, ProspectReplied};
use crate::{
    BOUNCE_GUARD_PERCENT, BOUNCE_GUARD_SENT_MIN, ChannelKind, Event, Known, PauseCause, Present,
    Progress, Prospect, ProspectId, ProspectStatus, Rejection, Stage,
};

/// Records the fact, with what follows.
pub(super) fn report(
    campaign: &Present,
    prospect_id: ProspectId,
    progress: Progress,
    known: &Known<'_>,
) -> Decision {
    if let Stage::Draft | Stage::Launching { .. } = campaign.stage {
        return Err(Rejection::NotRunning(campaign.stage.status()));
    }
    if let Some(channel) = progress.only_on()
        && channel != campaign.settings.channel.kind()
    {
        return Err(Rejection::OtherChannel(channel));
    }
    let prospect = known
        .roster
        .find(prospect_id)
        .ok_or(Rejection::ProspectNotFound)?;
    let status = prospect.status;
    if status == progress.status() {
        return Ok(vec![]);
    }
    if !status.may_become(progress.status()) {
        return Err(if status.is_terminal() {
            Rejection::ProspectTerminal(status)
        } else {
            Rejection::ProspectElsewhere(status)
        });
    }
    let fact = fact(campaign, prospect_id, progress, status);
    Ok(with_consequences(campaign, prospect, fact))
}

/// A reply ends the sequence for a prospect, unless the campaign goes on after replies. For whom
/// it was over before, it is what they turned out to have come to.
fn fact(
    campaign: &Present,
    prospect_id: ProspectId,
    progress: Progress,
    status: ProspectStatus,
) -> Event {
    let one = OneProspect { prospect_id };
    match progress {
        Progress::Connected => Event::ProspectConnected(one),
        Progress::Replied => Event::ProspectReplied(ProspectReplied {
            prospect_id,
            stopped: campaign.settings.channel.stops_on_reply() || status.is_terminal(),
        }),
        Progress::Bounced => Event::ProspectBounced(one),
        Progress::Completed => Event::ProspectCompleted(one),
        Progress::TimedOut => Event::ProspectTimedOut(one),
        Progress::Cancelled => Event::ProspectCancelled(one),
    }
}

/// The bounce guard by itself, for whoever recounts.
pub(super) fn bounces_reviewed(campaign: &Present) -> Vec<Event> {
    let bounced = campaign.census.with_status(ProspectStatus::Bounced);
    let sent = campaign.census.reached.sent;
    if campaign.stage == Stage::Active && guard_trips(campaign, sent, bounced) {
        vec![paused(campaign, PauseCause::BounceGuard)]
    } else {
        vec![]
    }
}

fn with_consequences(campaign: &Present, prospect: &Prospect, fact: Event) -> Vec<Event> {
    let bounced = matches!(fact, Event::ProspectBounced(_));
    let bounced_before = campaign.census.with_status(ProspectStatus::Bounced);
    let finished = !prospect.status.is_terminal()
        && match fact {
            Event::ProspectConnected(_) => false,
            Event::ProspectReplied(replied) => replied.stopped,
            _ => true,
        };
    let mut events = vec![fact];
    if campaign.stage != Stage::Active {
        return events;
    }
    if finished && campaign.census.unfinished() == 1 {
        events.push(Event::CampaignCompleted(Nothing {}));
    } else if bounced && guard_trips(campaign, campaign.census.reached.sent, bounced_before + 1) {
        events.push(paused(campaign, PauseCause::BounceGuard));
    }
    events
}

/// The send that makes the hundred full may find that too many came back already.
pub(super) fn first_mail_sent(campaign: &Present, fact: Event) -> Vec<Event> {
    let bounced = campaign.census.with_status(ProspectStatus::Bounced);
    let sent = campaign.census.reached.sent + 1;
    let full = u64::from(sent) == BOUNCE_GUARD_SENT_MIN;
    if full && campaign.stage == Stage::Active && guard_trips(campaign, sent, bounced) {
        let sends_in_flight = campaign.census.open_permits.saturating_sub(1);
        let cause = PauseCause::BounceGuard;
        let paused = CampaignPaused {
            cause,
            sends_in_flight,
        };
        return vec![fact, Event::CampaignPaused(paused)];
    }
    vec![fact]
}

fn guard_trips(campaign: &Present, sent: u32, bounced: u32) -> bool {
    let sent = u64::from(sent);
    campaign.settings.channel.kind() == ChannelKind::Email
        && BOUNCE_GUARD_SENT_MIN <= sent
        && BOUNCE_GUARD_PERCENT * sent <= 100 * u64::from(bounced)
}
