//! How one campaign of a made log goes, from its creation until nothing more is heard of it.
//!
//! Prospects come in by the hundred, are sent to one step after the other, answer, bounce, drop out
//! or reach the end; meanwhile the campaign is paused, resumed and renamed. Some are deleted in the
//! middle, some afterwards.

use domain::{
    CampaignId, Command, Known, KnownPeople, LaunchFailure, Name, NodeId, PermitId, Progress,
    ProspectId, SendFailure, SettingsPatch, State, Status, UserId, Version, decide, evolve,
};
use event_store::{Actor, JournalId};
use std::collections::VecDeque;
use std::error::Error;

use super::Outcome;
use super::cast::Part;
use super::chance::Chance;

/// Up to a thousand and some.
const PROSPECTS_MIN: usize = 8;
const PROSPECTS_DOUBLINGS: usize = 6;
const ADDED_AT_ONCE: usize = 200;
/// Of those who are done, how many are remembered to answer late.
const LATE_MAX: usize = 3;

// How often, in ten thousand.
const LAUNCH_FAILS: u32 = 500;
const PAUSED: u32 = 40;
const RENAMED: u32 = 5;
const DELETED: u32 = 1;
const DELETED_AFTERWARDS: u32 = 2_000;
const RESUMED: u32 = 3_000;
const NOT_SENT: u32 = 300;
const REPLIED: u32 = 500;
const BOUNCED: u32 = 120;
const CANCELLED: u32 = 50;
const ERASED: u32 = 10;
const CONNECTED: u32 = 6_000;
const TIMED_OUT: u32 = 500;

/// A campaign under way.
pub struct Life {
    pub id: CampaignId,
    state: State,
    version: Version,
    part: Part,
    sends: Vec<NodeId>,
    beginning: VecDeque<Command>,
    ways: Vec<Way>,
    late: Vec<ProspectId>,
    is_over: bool,
}

/// How far a prospect has come.
#[derive(Clone, Copy)]
struct Way {
    prospect_id: ProspectId,
    /// Steps that a permit was granted for.
    steps: usize,
    open: Option<PermitId>,
    is_connected: bool,
}

impl Life {
    pub fn begin(
        journal: JournalId,
        number: u32,
        chance: &mut Chance,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let part = Part::new(journal, number, chance)?;
        let size = chance.size(PROSPECTS_MIN, PROSPECTS_DOUBLINGS);
        let ways: Vec<Way> = (0..size)
            .map(|_| Way::new(ProspectId(chance.id())))
            .collect();
        let mut beginning = VecDeque::from([Command::Create {
            user_id: UserId(chance.id()),
            settings: Box::new(part.settings.clone()),
            nodes: part.nodes.clone(),
        }]);
        let added = ways.chunks(ADDED_AT_ONCE);
        beginning.extend(
            added.map(|some| {
                Command::AddProspects(some.iter().map(|way| way.prospect_id).collect())
            }),
        );
        beginning.push_back(Command::Launch);
        if chance.strikes(LAUNCH_FAILS) {
            let (failure, launch) = (LaunchFailure::Dispatch, None);
            beginning.extend([Command::FailLaunch { failure, launch }, Command::Launch]);
        }
        beginning.push_back(Command::Activate);
        Ok(Self {
            id: CampaignId(chance.id()),
            state: State::default(),
            version: Version(0),
            sends: part.sends(),
            part,
            beginning,
            ways,
            late: Vec::new(),
            is_over: false,
        })
    }

    /// Gives the next command. Returns what it caused.
    pub fn act(
        &mut self,
        chance: &mut Chance,
    ) -> Result<Vec<domain::Event>, Box<dyn Error + Send + Sync>> {
        let command = match self.beginning.pop_front() {
            Some(command) => Some(command),
            None => self.wish(chance)?,
        };
        let Some(command) = command else {
            self.is_over = true;
            return Ok(vec![]);
        };
        let known = Known {
            now: chance.now(),
            roster: &self.state.roster,
            name_owner: None,
            senders: &self.part.senders,
            account: None,
            people: KnownPeople {
                on_file: true,
                ..KnownPeople::default()
            },
        };
        let events = decide(&self.state.campaign, &command, &known)
            .map_err(|refused| format!("{}: {refused}", command.label()))?;
        for event in &events {
            evolve(&mut self.state.campaign, &mut self.state.roster, event)?;
            self.version = self.version.next();
        }
        self.is_over = self.is_over || self.state.campaign.present().is_none();
        Ok(events)
    }

    pub fn version(&self) -> Version {
        self.version
    }

    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// What it comes to, its events apart.
    pub fn outcome(&self) -> Outcome {
        let present = self.state.campaign.present();
        Outcome::of(self.id, present.map(|present| (self.version, present)))
    }

    /// Who gives its commands: its user until it is under way, then the engine.
    pub fn actor(&self) -> Actor {
        match self.state.campaign.status() {
            None | Some(Status::Draft | Status::Launching) => Actor::Key {
                prefix: "pk_live_3f9a1c5e7b2d4860".to_owned(),
            },
            Some(_) => Actor::Engine {
                prefix: "ik_live_9d0c4e8b1a7f3526".to_owned(),
            },
        }
    }

    /// What comes next. Nothing, when nothing more is heard of it.
    fn wish(
        &mut self,
        chance: &mut Chance,
    ) -> Result<Option<Command>, Box<dyn Error + Send + Sync>> {
        Ok(match self.state.campaign.status() {
            Some(Status::Active) if chance.strikes(PAUSED) => Some(Command::Pause),
            Some(Status::Active) if chance.strikes(DELETED) => Some(Command::Delete),
            Some(Status::Active) if chance.strikes(RENAMED) => Some(renamed(chance)?),
            Some(Status::Active) => Some(self.go_on(chance)),
            Some(Status::Paused) => Some(self.close_or_resume(chance)),
            Some(Status::Completed) => self.look_back(chance),
            Some(Status::Draft | Status::Launching) | None => None,
        })
    }

    /// While it is paused only what was permitted before ends.
    fn close_or_resume(&mut self, chance: &mut Chance) -> Command {
        let chosen = chance.below(self.ways.len());
        let way = self.ways.get_mut(chosen);
        match way.filter(|way| way.open.is_some()) {
            Some(way) if !chance.strikes(RESUMED) => way.close(chance).unwrap_or(Command::Resume),
            _ => Command::Resume,
        }
    }

    fn look_back(&mut self, chance: &mut Chance) -> Option<Command> {
        if let Some(prospect_id) = self.late.pop() {
            return Some(Command::ReportProgress {
                prospect_id,
                progress: Progress::Replied,
            });
        }
        chance
            .strikes(DELETED_AFTERWARDS)
            .then_some(Command::Delete)
    }

    /// The next thing that happens to somebody.
    fn go_on(&mut self, chance: &mut Chance) -> Command {
        let chosen = chance.below(self.ways.len());
        let by_mail = self.part.settings.channel.kind() == domain::ChannelKind::Email;
        let stops = self.part.settings.channel.stops_on_reply();
        let Some(way) = self.ways.get_mut(chosen) else {
            return Command::ReviewBounces;
        };
        if let Some(command) = way.close(chance) {
            return command;
        }
        let prospect_id = way.prospect_id;
        if chance.strikes(ERASED) {
            self.ways.swap_remove(chosen);
            return Command::EraseProspect(prospect_id);
        }
        let (progress, is_done) = match way.progress(by_mail, chance) {
            Some(Progress::Replied) => (Some(Progress::Replied), stops),
            Some(Progress::Connected) => (Some(Progress::Connected), false),
            Some(progress) => (Some(progress), true),
            None if way.steps == self.sends.len() => (Some(Progress::Completed), true),
            None => (None, false),
        };
        if let Some(progress) = progress {
            if is_done {
                self.ways.swap_remove(chosen);
            }
            if progress == Progress::Completed && self.late.len() < LATE_MAX {
                self.late.push(prospect_id);
            }
            return Command::ReportProgress {
                prospect_id,
                progress,
            };
        }
        let permit_id = PermitId(chance.id());
        let node_id = self.sends.get(way.steps).copied();
        way.steps += 1;
        way.open = Some(permit_id);
        Command::RequestPermit {
            permit_id,
            prospect_id,
            node_id: node_id.unwrap_or(NodeId(prospect_id.0)),
            account_id: Some(self.part.account),
        }
    }
}

impl Way {
    fn new(prospect_id: ProspectId) -> Self {
        Self {
            prospect_id,
            steps: 0,
            open: None,
            is_connected: false,
        }
    }

    /// What came of the permit that is open.
    fn close(&mut self, chance: &mut Chance) -> Option<Command> {
        let permit_id = self.open.take()?;
        let prospect_id = self.prospect_id;
        Some(if chance.strikes(NOT_SENT) {
            Command::ReportFailed {
                permit_id,
                prospect_id,
                failure: SendFailure::ProviderUnavailable,
            }
        } else {
            Command::ReportSent {
                permit_id,
                prospect_id,
            }
        })
    }

    /// What happens to somebody who was sent something, if anything does.
    fn progress(&mut self, by_mail: bool, chance: &mut Chance) -> Option<Progress> {
        if self.steps == 0 {
            return None;
        }
        if !by_mail && !self.is_connected {
            self.is_connected = true;
            if chance.strikes(CONNECTED) {
                return Some(Progress::Connected);
            }
            if chance.strikes(TIMED_OUT) {
                return Some(Progress::TimedOut);
            }
        }
        let by_chance = [
            (REPLIED, Progress::Replied),
            (if by_mail { BOUNCED } else { 0 }, Progress::Bounced),
            (CANCELLED, Progress::Cancelled),
        ];
        let mut struck = by_chance
            .into_iter()
            .filter(|(often, _)| chance.strikes(*often));
        struck.next().map(|(_, progress)| progress)
    }
}

fn renamed(chance: &mut Chance) -> Result<Command, Box<dyn Error + Send + Sync>> {
    let name = Some(Name::try_from(format!("Outreach {}", chance.id()))?);
    Ok(Command::ChangeSettings(Box::new(SettingsPatch {
        name,
        ..SettingsPatch::default()
    })))
}
