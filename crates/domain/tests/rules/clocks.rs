//! Permits against an independent reading of the rules, for two years of many zones: what is
//! granted, when to ask again, and what is shown of the limits.
//!
//! The reading knows of no calendar: it looks at the wall clocks of all zones, a quarter of an hour
//! at a time (no zone changes its clocks at another time in these years), and counts. Asked is
//! around every change of the clocks minute by minute, around every change of day, and in between;
//! and every so often the zone, the hours or an account's limits change.

mod reading;

use crate::cast::{FIRST, account, email, email_nodes, limit, permit, prospect, settings_of};
use crate::given::given;
use crate::verbs::active_as;
use chrono::{DateTime, Utc};
use domain::{
    Campaign, Channel, Command, EmailSettings, Event, Known, LimitInForce, LimitName,
    OperatingHours, OwnLimits, PermitRefusal, Present, Rejection, Roster, SendKind, Senders,
    SendingAccount, Settings, binding_limit, decide, evolve,
};
use reading::{Asked, BEGINNING, MINUTES, Reading, ZONES, Zone};
use std::sync::Arc;

/// Open stretches of a weekday, in minutes; of the others nothing.
const HOURS: [&[(u32, u32)]; 4] = [
    &[(0, 1_440)],
    &[(540, 1_050)],
    &[(0, 120), (1_320, 1_440)],
    &[(30, 60), (150, 195)],
];

fn instant(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp((BEGINNING + minute) * 60, 0).unwrap()
}

/// The service's side: the campaign, as its events have it, and the account.
struct Service {
    fresh: (Box<Present>, Roster),
    tally: domain::DailyTally,
    settings: Arc<Settings>,
    account: SendingAccount,
}

impl Service {
    fn new() -> Self {
        let state = given(active_as(settings(None), email_nodes(), 1)).state();
        let Campaign::Present(present) = state.campaign else {
            panic!("a campaign")
        };
        Self {
            tally: present.tally.clone(),
            settings: present.settings.clone(),
            fresh: (present, state.roster),
            account: SendingAccount::default(),
        }
    }

    fn ask(&self, now: DateTime<Utc>) -> Result<Vec<Event>, Rejection> {
        let command = Command::RequestPermit {
            permit_id: permit(1, FIRST),
            prospect_id: prospect(1),
            node_id: FIRST,
            account_id: Some(account(1)),
        };
        let known = Known {
            now,
            roster: &self.fresh.1,
            name_owner: None,
            senders: &Senders::default(),
            account: Some(&self.account),
            people: domain::KnownPeople::default(),
        };
        decide(&self.campaign(), &command, &known)
    }

    /// What is shown of the limits.
    fn shown(&self, now: DateTime<Utc>) -> LimitInForce {
        let (campaign, account) = (self.campaign(), (account(1), &self.account));
        binding_limit(
            campaign.present().unwrap(),
            SendKind::Email,
            Some(account),
            now,
        )
        .unwrap()
    }

    /// Nobody was sent to, and what counts for limits was counted.
    fn campaign(&self) -> Campaign {
        Campaign::Present(Box::new(Present {
            tally: self.tally.clone(),
            settings: self.settings.clone(),
            ..(*self.fresh.0).clone()
        }))
    }

    fn grant(&mut self, event: &Event) {
        let (mut campaign, mut roster) = (self.campaign(), self.fresh.1.clone());
        evolve(&mut campaign, &mut roster, event).unwrap();
        self.tally = campaign.present().unwrap().tally.clone();
        let Event::SendPermitted(permitted) = event else {
            panic!("{event:?}")
        };
        let day = permitted.account_day.unwrap();
        self.account.permits.count(day, permitted.send, 1);
    }
}

/// The reason that belongs to a limit that is shown.
fn refusal_of(limit: LimitName) -> PermitRefusal {
    match limit {
        LimitName::CampaignDaily => PermitRefusal::DailyLimit,
        LimitName::AccountDaily => PermitRefusal::AccountLimit,
        LimitName::AccountWeeklyMessages => PermitRefusal::WeeklyLimit,
        other => panic!("{other:?} is not set"),
    }
}

fn settings(hours: Option<OperatingHours>) -> Settings {
    let channel = Channel::Email(EmailSettings {
        daily_limit: Some(limit(2)),
        ..email()
    });
    Settings {
        operating_hours: hours,
        ..settings_of(channel)
    }
}

/// The same hours on weekdays and on Sundays, on which clocks change.
fn hours(zone: &Zone, stretches: &[(u32, u32)]) -> OperatingHours {
    let wall = |minute: u32| format!("{:02}:{:02}", minute / 60, minute % 60);
    let stretch = |(from, to): &(u32, u32)| {
        let (from, to) = (wall(*from), wall(*to));
        format!(r#"{{"from":"{from}","to":"{to}"}}"#)
    };
    let open: Vec<_> = stretches.iter().map(stretch).collect();
    let open = open.join(",");
    let days = ["sunday", "monday", "tuesday", "wednesday", "thursday"];
    let days: Vec<_> = days.map(|day| format!(r#""{day}":[{open}]"#)).into();
    let json = format!(r#"{{"time_zone":"{}",{}}}"#, zone.name, days.join(","));
    serde_json::from_str(&json).unwrap()
}

/// Numbers that are the same each time, and look like chance.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % most).unwrap()
    }
}

/// Both sides, held to the same.
struct Comparison<'a> {
    service: Service,
    reading: Reading<'a>,
    chance: Chance,
    zones: &'a [Zone],
    asked: u64,
}

impl<'a> Comparison<'a> {
    fn change(&mut self, zone: &'a Zone) {
        let hours = match self.chance.below(6) {
            0 => None,
            other => HOURS.get(other - 1).or(HOURS.first()),
        };
        let own = [(9, 60), (1, 60), (2, 5), (9, 7)][self.chance.below(4)];
        self.reading.zone = hours.map_or(&self.zones[0], |_| zone);
        self.reading.hours = hours.copied();
        self.reading.own = own;
        self.service.settings = Arc::new(settings(hours.map(|open| self::hours(zone, open))));
        self.service.account.own = OwnLimits {
            daily: Some(own.0),
            weekly_messages: Some(own.1),
            ..OwnLimits::default()
        };
    }

    fn ask(&mut self, minute: i64) {
        self.asked += 1;
        let now = instant(minute);
        let place = format!(
            "{} at {now} {:?}",
            self.reading.zone.name, self.reading.hours
        );
        let shown = self.service.shown(now);
        let free = self.reading.free_from(minute);
        let is_reached = minute < free;
        assert_eq!(shown.is_reached(), is_reached, "{place}");
        assert_eq!(shown.frees_at, is_reached.then(|| instant(free)), "{place}");
        match (self.service.ask(now), self.reading.ask(minute)) {
            (Ok(events), Asked::Granted) => {
                self.service.grant(&events[0]);
                self.reading.grant(minute);
            }
            (Err(rejection), Asked::Refused { closed, again }) => {
                let Rejection::PermitRefused {
                    refusal,
                    ask_again_at,
                    ..
                } = rejection
                else {
                    panic!("{rejection:?}")
                };
                assert_eq!(
                    refusal == PermitRefusal::OutsideOperatingHours,
                    closed,
                    "{place}"
                );
                assert_eq!(ask_again_at, again.map(instant), "{place} {refusal:?}");
                if !closed {
                    assert_eq!(refusal, refusal_of(shown.name), "{place}");
                }
                self.is_true(ask_again_at.unwrap(), &place);
            }
            (service, reading) => panic!("{place}: {service:?} and {reading:?}"),
        }
    }

    /// Then the same is granted, and a second before it is not.
    fn is_true(&self, again: DateTime<Utc>, place: &str) {
        let before = again - chrono::TimeDelta::seconds(1);
        assert!(self.service.ask(again).is_ok(), "{place} until {again}");
        assert!(self.service.ask(before).is_err(), "{place} until {again}");
    }

    fn goes_through(&mut self, home: &'a Zone) {
        self.change(home);
        for minute in home.interesting() {
            if self.chance.below(12) == 0 {
                let elsewhere = self.chance.below(u64::try_from(self.zones.len()).unwrap());
                let changed = [home, &self.zones[elsewhere]][self.chance.below(2)];
                self.change(changed);
            }
            self.ask(minute);
        }
    }
}

#[test]
fn permits_and_when_to_ask_again_are_as_the_wall_clocks_say() {
    let zones: Vec<Zone> = ZONES.iter().map(|zone| Zone::new(*zone)).collect();
    assert!(20 <= zones.len());

    let mut asked = 0;
    for (number, home) in zones.iter().enumerate() {
        let mut comparison = Comparison {
            service: Service::new(),
            reading: Reading::new(&zones[0]),
            chance: Chance(u64::try_from(number).unwrap()),
            zones: &zones,
            asked: 0,
        };
        comparison.goes_through(home);
        asked += comparison.asked;
    }

    assert!(MINUTES < 2 * 366 * 1_440 + 1 && 30_000 < asked, "{asked}");
}
