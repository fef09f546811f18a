//! What happens in the demo workspace, step by step.
//!
//! Each step is a command with ids of its own, so a step that was done before is refused or no
//! news, and the script goes on. Campaigns that people have moved on are left alone.

use super::{CAMPAIGN_ID, USER_ID};
use crate::database::Database;
use commands::{Failure, Lanes, Origin, Request, Verdict};
use domain::{
    AccountId, CampaignId, Channel, Command, Content, DailyLimit, Delay, EmailSettings,
    LinkedInSettings, Name, Node, NodeId, NodeKind, PermitId, Progress, ProspectId, Rejection,
    Settings, Stage,
};
use event_store::{Actor, connect};
use people::{Arrival, BadDetails, Details, Field, PeopleChange, Person};
use senders::{Limits, Sender};
use std::error::Error;
use tokio_postgres::Client;
use uuid::Uuid;

/// The documented example sent 34 mails on one day: more than an account does that has no limit of its own.
const SENDS_A_DAY: u32 = 50;

/// Where a campaign of the demo is taken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Goal {
    Draft,
    Launching,
    Active,
    Paused,
    Completed,
}

struct Plan {
    id: Uuid,
    name: &'static str,
    channel: Channel,
    goal: Goal,
    prospects: u32,
    sent: u32,
    replied: u32,
}

/// Plays every campaign's part.
pub(super) async fn play(lanes: &Lanes, database: &Database) -> Result<(), Box<dyn Error>> {
    let beside = connect(&database.config).await?;
    for sender in [mailbox(), profile()] {
        senders::put(&beside.client, &sender).await?;
    }
    for plan in plans()? {
        let client = &beside.client;
        Part {
            lanes,
            client,
            plan,
        }
        .play()
        .await?;
    }
    Ok(())
}

/// The mailbox that the demo's mails are sent from.
fn mailbox() -> Sender {
    let names = |name: &str| Some(name.to_owned());
    Sender {
        display_name: "Ada at Example".to_owned(),
        first_name: names("Ada"),
        last_name: names("Lovelace"),
        ..Sender::active_mailbox(USER_ID, account(0), "ada@example.com")
    }
}

/// The mailbox that the documented example was sent from. No campaign is launched without one, and the
/// example shows none: it was taken away since.
fn former_mailbox() -> Sender {
    Sender {
        limits: Limits {
            daily: Some(SENDS_A_DAY),
            ..Limits::default()
        },
        ..Sender::active_mailbox(USER_ID, account(2), "outreach@example.com")
    }
}

/// The profile that the demo's invitations are sent from.
fn profile() -> Sender {
    Sender {
        profile_url: Some("https://www.linkedin.com/in/ada-example".to_owned()),
        ..Sender::connected_profile(USER_ID, account(1), "Ada Lovelace")
    }
}

fn account(number: u128) -> AccountId {
    AccountId(Uuid::from_u128(CAMPAIGN_ID.as_u128() + (5 << 32) + number))
}

fn plans() -> Result<Vec<Plan>, Box<dyn Error>> {
    let email = || -> Result<Channel, Box<dyn Error>> {
        Ok(Channel::Email(EmailSettings {
            daily_limit: Some(DailyLimit::try_from(SENDS_A_DAY)?),
            stop_on_reply: true,
            open_tracking: true,
            signature: Some("Best,\n%first_name%".to_owned()),
            account_limits: vec![],
        }))
    };
    let linkedin = || {
        Channel::Linkedin(LinkedInSettings {
            skip_other_campaigns: true,
        })
    };
    let plan = |number: u128, name, channel, goal, (prospects, sent, replied)| Plan {
        id: Uuid::from_u128(CAMPAIGN_ID.as_u128() + number),
        name,
        channel,
        goal,
        prospects,
        sent,
        replied,
    };
    Ok(vec![
        plan(
            0,
            "Q2 Enterprise Outreach",
            email()?,
            Goal::Active,
            (120, 34, 4),
        ),
        plan(1, "Autumn Product News", email()?, Goal::Draft, (0, 0, 0)),
        plan(
            2,
            "Founders in Berlin",
            linkedin(),
            Goal::Launching,
            (25, 0, 0),
        ),
        plan(3, "Series A CTOs", linkedin(), Goal::Paused, (40, 12, 1)),
        plan(
            4,
            "Spring Webinar Follow-up",
            email()?,
            Goal::Completed,
            (3, 3, 1),
        ),
    ])
}

struct Part<'a> {
    lanes: &'a Lanes,
    /// For sender accounts, which are not in the log.
    client: &'a Client,
    plan: Plan,
}

impl Part<'_> {
    async fn play(&self) -> Result<(), Box<dyn Error>> {
        if self.account() != account(2) {
            return self.play_on().await;
        }
        if let None | Some(Stage::Draft) = self.stage().await? {
            senders::put(self.client, &former_mailbox()).await?;
        }
        self.play_on().await?;
        senders::remove(self.client, account(2)).await?;
        Ok(())
    }

    async fn play_on(&self) -> Result<(), Box<dyn Error>> {
        self.ask(self.create()?).await?;
        let Some(stage) = self.stage().await? else {
            return Ok(());
        };
        if stage == Stage::Draft && 0 < self.plan.prospects {
            let everyone = (0..self.plan.prospects)
                .map(|number| self.prospect(number))
                .collect();
            let people = (0..self.plan.prospects)
                .map(|number| self.arrival(number))
                .collect::<Result<_, _>>()?;
            self.ask_with(
                Command::AddProspects(everyone),
                Some(PeopleChange::Add(people)),
            )
            .await?;
        }
        if self.plan.goal == Goal::Draft {
            return Ok(());
        }
        if stage == Stage::Draft {
            self.ask(Command::Launch).await?;
        }
        if self.plan.goal == Goal::Launching {
            return Ok(());
        }
        self.ask(Command::Activate).await?;
        if self.stage().await? == Some(Stage::Active) {
            self.send().await?;
        }
        Ok(())
    }

    /// What an engine would report of a campaign under way.
    async fn send(&self) -> Result<(), Box<dyn Error>> {
        for number in 0..self.plan.sent {
            let (permit_id, prospect_id) = (self.permit(number), self.prospect(number));
            let (node_id, account_id) = (self.node(0), Some(self.account()));
            self.ask(Command::RequestPermit {
                permit_id,
                prospect_id,
                node_id,
                account_id,
            })
            .await?;
            self.ask(Command::ReportSent {
                permit_id,
                prospect_id,
            })
            .await?;
        }
        for number in 0..self.plan.replied {
            self.report(number, Progress::Replied).await?;
        }
        match self.plan.goal {
            Goal::Completed => {
                for number in self.plan.replied..self.plan.prospects {
                    self.report(number, Progress::Completed).await?;
                }
            }
            Goal::Paused => self.ask(Command::Pause).await?,
            Goal::Draft | Goal::Launching | Goal::Active => {}
        }
        Ok(())
    }

    async fn report(&self, number: u32, progress: Progress) -> Result<(), Box<dyn Error>> {
        let prospect_id = self.prospect(number);
        self.ask(Command::ReportProgress {
            prospect_id,
            progress,
        })
        .await
    }

    /// Has a command decided. A refusal means that this step was done before.
    async fn ask(&self, command: Command) -> Result<(), Box<dyn Error>> {
        self.ask_with(command, None).await
    }

    async fn ask_with(
        &self,
        command: Command,
        people: Option<PeopleChange>,
    ) -> Result<(), Box<dyn Error>> {
        match self.submit(command, people).await? {
            Verdict::Rejected {
                rejection: rejection @ (Rejection::LaunchBlocked(_) | Rejection::NameTaken),
                ..
            } => Err(rejection.into()),
            _ => Ok(()),
        }
    }

    /// Where the campaign stands; none when it was deleted.
    async fn stage(&self) -> Result<Option<Stage>, Box<dyn Error>> {
        match self.submit(Command::ReviewBounces, None).await? {
            Verdict::Done(row) => Ok(Some(row.campaign.stage.clone())),
            _ => Ok(None),
        }
    }

    async fn submit(
        &self,
        command: Command,
        people: Option<PeopleChange>,
    ) -> Result<Verdict, Failure> {
        let journal = self.lanes.journal_of(USER_ID);
        let request = Request {
            campaign_id: CampaignId(self.plan.id),
            tenant: Some(USER_ID),
            command,
            people,
            expected: None,
            origin: Origin::of(Actor::Operator {
                name: "demo".to_owned(),
            }),
            remember: None,
        };
        self.lanes.submit(journal, request).await
    }

    fn create(&self) -> Result<Command, Box<dyn Error>> {
        let settings = Settings {
            name: Name::try_from(self.plan.name.to_owned())?,
            channel: self.plan.channel.clone(),
            operating_hours: None,
            sender_account_ids: vec![self.account()],
        };
        let nodes = vec![self.first_step(), self.end()];
        Ok(Command::Create {
            user_id: USER_ID,
            settings: Box::new(settings),
            nodes,
        })
    }

    fn first_step(&self) -> Node {
        let (kind, content) = match self.plan.channel {
            Channel::Email(_) => (
                NodeKind::Email,
                Content {
                    subject: Some("A quick question, %first_name%".to_owned()),
                    body: Some("Hi %first_name%,\n\ndo you have ten minutes this week?".to_owned()),
                    ..Content::default()
                },
            ),
            Channel::Linkedin(_) => (NodeKind::ConnectionRequest, Content::default()),
        };
        Node {
            id: self.node(0),
            kind,
            content,
            delay: Delay::default(),
        }
    }

    fn end(&self) -> Node {
        let content = Content::default();
        Node {
            id: self.node(1),
            kind: NodeKind::End,
            content,
            delay: Delay::default(),
        }
    }

    /// Somebody who is nobody: no such host can ever be.
    fn arrival(&self, number: u32) -> Result<Arrival, BadDetails> {
        let mut details = Details::default();
        // A profile of its own in each campaign: nobody is left out because of another one.
        let profile = format!("https://www.linkedin.com/in/{}", self.prospect(number).0);
        details.put(Field::Email, &format!("prospect-{number}@company.example"))?;
        details.put(Field::LinkedinUrl, &profile)?;
        details.put(Field::FirstName, "Prospect")?;
        details.put(Field::LastName, &number.to_string())?;
        details.put(Field::Company, "Company")?;
        Ok(Arrival {
            prospect_id: self.prospect(number),
            person: Person::new(USER_ID, details),
        })
    }

    fn node(&self, number: u32) -> NodeId {
        NodeId(self.derived(1, number))
    }

    fn prospect(&self, number: u32) -> ProspectId {
        ProspectId(self.derived(2, number))
    }

    fn permit(&self, number: u32) -> PermitId {
        PermitId(self.derived(3, number))
    }

    fn account(&self) -> AccountId {
        match self.plan.channel {
            Channel::Email(_) if self.plan.id == CAMPAIGN_ID => account(2),
            Channel::Email(_) => account(0),
            Channel::Linkedin(_) => account(1),
        }
    }

    /// An id that is the same each time: the campaign's, with the kind and number of the thing.
    fn derived(&self, kind: u128, number: u32) -> Uuid {
        Uuid::from_u128(self.plan.id.as_u128() + (kind << 32) + (u128::from(number) << 8))
    }
}
