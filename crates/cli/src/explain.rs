//! `fermata explain`: why a campaign is in its state, in plain words.
//!
//! The chain of events that moved it, who caused each and why, what follows for its sends, and whether
//! those who had to hear of the last move did.

use crate::arguments::Json;
use crate::configuration::Configuration;
use crate::history::who;
use crate::output;
use crate::past::{ask, journal};
use crate::reasons::{Move, Reasons, read_reasons};
use domain::{Campaign, CampaignId, Event, PauseCause, Present, Status, Version};
use event_store::Moment;
use outbox::{Dossier, EffectId};
use projector::{Past, read_past};
use serde_json::{Value, json};
use std::error::Error;
use tokio_postgres::Client;
use web::DossierJson;

/// What is known.
struct Explained {
    campaign: CampaignId,
    past: Past,
    reasons: Reasons,
    /// What the world was told because of the last move, if that is kept.
    told: Option<Dossier>,
    /// Whether there was anything to tell.
    tells: bool,
}

/// Explains why a campaign is in its state.
///
/// # Errors
/// When the database cannot be opened, or there never was such a campaign.
pub async fn run(
    configuration: &Configuration,
    campaign: CampaignId,
    format: Json,
) -> Result<(), Box<dyn Error>> {
    ask(configuration, async |client| {
        let explained = read(client, campaign).await?;
        if format.json {
            return Ok(output::json(&explained.value())?);
        }
        let lines = explained.lines();
        Ok(lines.iter().try_for_each(|line| output::line(line))?)
    })
    .await
}

async fn read(client: &Client, campaign: CampaignId) -> Result<Explained, Box<dyn Error>> {
    let journal = journal(client, campaign).await?;
    let past = read_past(client, journal, campaign, Moment::Now).await?;
    let reasons = read_reasons(client, journal, campaign, past.version()).await?;
    let Some(last) = reasons.moves.back() else {
        return Err(format!("there never was a campaign {campaign}").into());
    };
    let position = last.event.position;
    let told = outbox::look_into(client, EffectId { journal, position }).await?;
    let before = Moment::Version(Version(last.event.version.0 - 1));
    let before = read_past(client, journal, campaign, before).await?;
    let tells = outbox::effect_of(before.campaign(), &last.event.event).is_some();
    Ok(Explained {
        campaign,
        past,
        reasons,
        told,
        tells,
    })
}

impl Explained {
    fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.summary(), String::new()];
        if 0 < self.reasons.earlier {
            let earlier = self.reasons.earlier;
            lines.push(format!("({earlier} earlier moves are in its history.)"));
        }
        lines.extend(self.reasons.moves.iter().map(sentence));
        lines.push(String::new());
        lines.extend(self.past.campaign().present().map(consequence));
        lines.extend(told(self.told.as_ref(), self.tells));
        lines.extend(self.past.campaign().status().map(allowed));
        lines
    }

    fn summary(&self) -> String {
        let (campaign, version) = (self.campaign, self.past.version());
        let since = self.reasons.moves.back();
        let since = since.map(|last| web::instant(last.event.recorded_at));
        let since = since.unwrap_or_default();
        match self.past.campaign() {
            Campaign::Present(present) => {
                let name = present.settings.name.as_str();
                let status = present.stage.status().as_str();
                format!(
                    "Campaign {campaign}, \"{name}\", is {status} since {since}, at version {version}."
                )
            }
            Campaign::Absent | Campaign::Deleted => {
                format!("Campaign {campaign} was deleted at {since}, by version {version}.")
            }
        }
    }

    fn value(&self) -> Value {
        let links = self.reasons.moves.iter().map(|link| {
            json!({
                "version": link.event.version,
                "event_id": link.event.event_id,
                "type": link.event.event.event_type(),
                "recorded_at": web::instant(link.event.recorded_at),
                "actor": link.event.metadata.actor,
                "reason": link.event.metadata.reason,
                "followed_from": link.cause.map(|cause| {
                    json!({
                        "version": cause.version,
                        "event_id": cause.event_id,
                        "type": cause.event_type,
                    })
                }),
            })
        });
        json!({
            "campaign_id": self.campaign,
            "status": self.past.campaign().status(),
            "version": self.past.version(),
            "moves": links.collect::<Vec<Value>>(),
            "earlier_moves": self.reasons.earlier,
            "effect": self.told.as_ref().map(DossierJson::of),
            "explanation": self.lines().into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>(),
        })
    }
}

/// Whether those who had to hear of the last move did.
fn told(told: Option<&Dossier>, tells: bool) -> Vec<String> {
    if let Some(dossier) = told {
        let id = dossier.effect.id;
        let heading = format!("The world is told of the last move by effect {id}:");
        return [vec![heading], outbox::explain(dossier)].concat();
    }
    let kept = outbox::KEPT_DAYS;
    let line = if tells {
        format!("Whom the last move was told is forgotten: that is kept for {kept} days.")
    } else {
        "The last move had nobody to wake.".to_owned()
    };
    vec![line]
}

/// One move, with who caused it and why.
fn sentence(link: &Move) -> String {
    let event = &link.event;
    let (at, version) = (web::instant(event.recorded_at), event.version);
    let (who, did) = (who(&event.metadata.actor), did(&event.event));
    let because = match &event.metadata.reason {
        Some(reason) => format!(", because: {reason}"),
        None => String::new(),
    };
    let followed = match link.cause {
        Some(cause) => format!(
            " That followed by itself from version {}, {}.",
            cause.version, cause.event_type
        ),
        None => String::new(),
    };
    format!("{at}, version {version}: {did}, by {who}{because}.{followed}")
}

fn did(event: &Event) -> String {
    match event {
        Event::CampaignCreated(_) => "it was created".to_owned(),
        Event::CampaignLaunchStarted(_) => "it was launched".to_owned(),
        Event::CampaignLaunchFailed(failed) => {
            let why = json!(failed.failure);
            let why = why.as_str().unwrap_or_default().replace('_', " ");
            format!("it is a draft again, since its launch failed ({why})")
        }
        Event::CampaignActivated(_) => "an engine took it up".to_owned(),
        Event::CampaignPaused(paused) => {
            let who = match paused.cause {
                PauseCause::Requested => "it was paused",
                PauseCause::BounceGuard => {
                    "too many mails came back, so the bounce guard paused it"
                }
            };
            match paused.sends_in_flight {
                0 => format!("{who} with nothing in flight"),
                open => format!("{who} with {} in flight", counted(open, "send")),
            }
        }
        Event::CampaignResumed(_) => "it was resumed".to_owned(),
        Event::CampaignCompleted(_) => "it was completed, since every prospect was done".to_owned(),
        Event::CampaignDeleted(_) => "it was deleted".to_owned(),
        other => other.event_type().to_owned(),
    }
}

/// What its state means for its sends.
fn consequence(present: &Present) -> String {
    let census = &present.census;
    let (total, left) = (census.total(), census.unfinished());
    let open = match census.open_permits {
        0 => "nothing is in flight".to_owned(),
        1 => "1 send was permitted and is not accounted for".to_owned(),
        open => format!("{open} sends were permitted and are not accounted for"),
    };
    let crowd = format!("{left} of {} are not done", counted(total, "prospect"));
    match present.stage.status() {
        Status::Draft => format!("It has {}.", counted(total, "prospect")),
        Status::Launching => format!("No engine has taken it up yet; {crowd}."),
        Status::Active => format!("{crowd}; {open}."),
        Status::Paused => format!("No send is permitted until it is resumed; {open}; {crowd}."),
        Status::Completed => format!("All of {} are done.", counted(total, "prospect")),
    }
}

fn allowed(status: Status) -> String {
    let actions = status.allowed_actions().iter();
    let actions: Vec<&str> = actions.map(|action| action.as_str()).collect();
    format!("May be asked of it: {}.", actions.join(", "))
}

/// One send, two sends.
fn counted(count: u32, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::LaunchFailure;
    use domain::event::{CampaignLaunchFailed, CampaignPaused, Nothing};

    #[test]
    fn who_pulled_the_brake_and_what_was_in_flight_are_told() {
        let paused = |cause, sends_in_flight| {
            did(&Event::CampaignPaused(CampaignPaused {
                cause,
                sends_in_flight,
            }))
        };

        let asked = paused(PauseCause::Requested, 1);
        let guarded = paused(PauseCause::BounceGuard, 0);

        assert_eq!(asked, "it was paused with 1 send in flight");
        assert_eq!(
            guarded,
            "too many mails came back, so the bounce guard paused it with nothing in flight"
        );
    }

    #[test]
    fn a_launch_that_failed_tells_why() {
        let failure = LaunchFailure::MessageResolution;

        let failed = did(&Event::CampaignLaunchFailed(CampaignLaunchFailed {
            failure,
        }));

        assert!(failed.ends_with("(message resolution)"), "{failed}");
    }

    #[test]
    fn a_move_that_woke_nobody_is_told_apart_from_one_whose_effect_is_forgotten() {
        assert_eq!(told(None, false), ["The last move had nobody to wake."]);
        assert!(told(None, true).concat().contains("is forgotten"));
    }

    #[test]
    fn every_move_has_words_of_its_own() {
        for event in [
            Event::CampaignActivated(Nothing {}),
            Event::CampaignResumed(Nothing {}),
            Event::CampaignCompleted(Nothing {}),
            Event::CampaignDeleted(Nothing {}),
        ] {
            assert_ne!(did(&event), event.event_type());
        }
    }
}
