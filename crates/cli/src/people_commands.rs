//! `fermata people`: forgetting a person, and who is not told from another.
//!
//! Works on the database alone, whether or not a service runs: the erasure is decided by lanes of
//! its own, which take their turn on each journal with those of the service. An address may come
//! from standard input, so that no shell keeps it.

use crate::arguments::{Json, PeopleCommand};
use crate::configuration::Configuration;
use crate::database::Database;
use crate::output;
use commands::{Erased, Lanes, LanesSettings, Metrics, Origin, erase};
use domain::{ProspectId, UserId};
use event_store::{Actor, Announcer, Wakes};
use people::{Erasable, FaultKind, Field, IdentityFault, list_identity_faults};
use prometheus_client::registry::Registry;
use serde_json::json;
use std::error::Error;
use std::io;
use std::num::NonZeroUsize;
use uuid::Uuid;

const OPERATOR: &str = "an erasure at the command line";

/// Does what was asked with people.
///
/// # Errors
/// When the database cannot be opened, or what was asked cannot be.
pub async fn run(
    configuration: &Configuration,
    command: PeopleCommand,
) -> Result<(), Box<dyn Error>> {
    match command {
        PeopleCommand::Erase {
            user,
            email,
            linkedin_url,
            prospect,
            json,
        } => {
            let user = UserId(user);
            let who = who(user, (email, linkedin_url, prospect))?;
            let database = Database::open(configuration).await?;
            let erased = erase_in(&database, user, &who).await;
            database.close().await?;
            show(&erased?, json)
        }
        PeopleCommand::Check(format) => {
            let database = Database::open(configuration).await?;
            let faults = faults(&database).await;
            database.close().await?;
            show_faults(&faults?, format)
        }
    }
}

/// Whom the arguments name.
fn who(
    user: UserId,
    named: (Option<String>, Option<String>, Option<Uuid>),
) -> Result<Erasable, Box<dyn Error>> {
    Ok(match named {
        (Some(email), _, _) => {
            let email = given(email)?;
            Erasable::by_email(user, &email)
                .ok_or_else(|| no_identity(Field::Email, &email, "that is no email address"))?
        }
        (_, Some(url), _) => {
            let url = given(url)?;
            Erasable::by_linkedin(user, &url).ok_or_else(|| {
                no_identity(Field::LinkedinUrl, &url, "that is no URL of a profile")
            })?
        }
        (_, _, Some(prospect)) => Erasable::Prospects(vec![ProspectId(prospect)]),
        (None, None, None) => return Err("say whom: --email, --linkedin-url or --prospect".into()),
    })
}

/// Names the character for which a text is no identity, where there is one.
fn no_identity(field: Field, text: &str, otherwise: &str) -> String {
    match field.check(text) {
        Err(why) => why.to_string(),
        Ok(()) => otherwise.to_owned(),
    }
}

async fn faults(database: &Database) -> Result<Vec<IdentityFault>, Box<dyn Error>> {
    let connection = database.connect().await?;
    let mut all = Vec::new();
    for journal in database.journals.iter() {
        all.extend(list_identity_faults(&connection.client, journal).await?);
    }
    Ok(all)
}

fn show_faults(faults: &[IdentityFault], format: Json) -> Result<(), Box<dyn Error>> {
    let word = |fault: &IdentityFault| match fault.kind {
        FaultKind::Doubled(_) => "doubled",
        FaultKind::Unknown => "unknown",
    };
    let other = |fault: &IdentityFault| match fault.kind {
        FaultKind::Doubled(other) => other.map(|other| other.0),
        FaultKind::Unknown => None,
    };
    if format.json {
        let one = |fault: &IdentityFault| {
            json!({
                "user_id": fault.user_id,
                "campaign_id": fault.campaign_id,
                "prospect_id": fault.prospect_id,
                "fault": word(fault),
                "other_prospect_id": other(fault),
            })
        };
        let people: Vec<_> = faults.iter().map(one).collect();
        return Ok(output::json(&json!({ "people": people }))?);
    }
    if faults.is_empty() {
        return Ok(output::line(
            "Everybody is known, and once in each campaign.",
        )?);
    }
    let row = |fault: &IdentityFault| {
        vec![
            fault.user_id.0.to_string(),
            fault.campaign_id.to_string(),
            fault.prospect_id.0.to_string(),
            word(fault).to_owned(),
            other(fault).map(|id| id.to_string()).unwrap_or_default(),
        ]
    };
    let rows: Vec<_> = faults.iter().map(row).collect();
    Ok(output::table(
        &["user", "campaign", "prospect", "fault", "other"],
        &rows,
    )?)
}

/// What was given, or the first line of standard input.
fn given(value: String) -> io::Result<String> {
    if value != "-" {
        return Ok(value);
    }
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    Ok(line)
}

async fn erase_in(
    database: &Database,
    user: UserId,
    who: &Erasable,
) -> Result<Erased, Box<dyn Error>> {
    let mut connection = database.connect().await?;
    let (lanes, mut running) = Lanes::start(&LanesSettings {
        config: database.config.clone(),
        journals: database.journals,
        sources: crate::sources::MACHINE,
        wakes: Wakes::new(database.journals),
        announcer: Announcer::default(),
        metrics: Metrics::register(&mut Registry::default()),
        senders: senders::Directory::new(std::time::Instant::now),
        campaigns_remembered_max: NonZeroUsize::MIN,
        writers_max: NonZeroUsize::MIN,
    });
    let origin = Origin::of(Actor::Operator {
        name: OPERATOR.to_owned(),
    });
    let erased = erase(&lanes, &mut connection.client, user, (who, &origin)).await;
    drop(lanes);
    while running.join_next().await.is_some() {}
    Ok(erased?)
}

fn show(erased: &Erased, format: Json) -> Result<(), Box<dyn Error>> {
    if format.json {
        let place = |(campaign, prospect): &(domain::CampaignId, ProspectId)| json!({"campaign_id": campaign, "prospect_id": prospect});
        let prospects: Vec<_> = erased.prospects.iter().map(place).collect();
        return Ok(output::json(&json!({
            "erased": prospects.len(),
            "prospects": prospects,
            "complete": erased.is_complete,
        }))?);
    }
    for (campaign, prospect) in &erased.prospects {
        output::line(&format!(
            "{} of campaign {campaign} is forgotten",
            prospect.0
        ))?;
    }
    let count = erased.prospects.len();
    output::line(&match (count, erased.is_complete) {
        (0, true) => "nothing is on file about them".to_owned(),
        (_, true) => format!("{count} forgotten; nothing is on file about them any more"),
        (_, false) => format!("{count} forgotten, and there are more: repeat the command"),
    })?;
    Ok(())
}
