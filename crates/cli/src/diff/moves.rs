//! How many prospects changed, and in which way: as many lines as there are ways, and not as prospects.

use super::prospects::everyone;
use domain::{PermitState, Prospect, Roster};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A way in which a prospect changed: what of them, from what, to what.
type Way = (Aspect, Option<String>, Option<String>);

/// What of a prospect changed, in the order in which it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Aspect {
    /// They came: with the status that they have.
    Added,
    /// They are gone: with the status that they had.
    Removed,
    Status,
    Step,
    Replies,
    /// A permit was granted, or something became of it.
    Permit,
}

/// How many prospects changed.
#[derive(Debug, Default)]
pub(super) struct Moves {
    /// In any way.
    pub changed: u64,
    /// In each way; of permits, how many permits.
    ways: BTreeMap<Way, u64>,
}

impl Aspect {
    fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Status => "status",
            Self::Step => "step",
            Self::Replies => "replies",
            Self::Permit => "permit",
        }
    }
}

impl Moves {
    pub fn between(was: &Roster, is: &Roster) -> Self {
        let mut moves = Self::default();
        for id in everyone(was, is) {
            let (was, is) = (was.find(id), is.find(id));
            if was != is {
                moves.changed += 1;
                moves.follow(was, is);
            }
        }
        moves
    }

    fn follow(&mut self, was: Option<&Prospect>, is: Option<&Prospect>) {
        let status = |side: &Prospect| side.status.as_str().to_owned();
        match (was, is) {
            (Some(was), Some(is)) => {
                let step = |side: &Prospect| side.node_id.map(|id| id.0.to_string());
                self.count(Aspect::Status, Some(status(was)), Some(status(is)));
                self.count(Aspect::Step, step(was), step(is));
                let replies = |side: &Prospect| Some(side.replies.to_string());
                self.count(Aspect::Replies, replies(was), replies(is));
            }
            (None, Some(is)) => self.count(Aspect::Added, None, Some(status(is))),
            (Some(was), None) => self.count(Aspect::Removed, Some(status(was)), None),
            (None, None) => {}
        }
        self.follow_permits(was, is);
    }

    fn follow_permits(&mut self, was: Option<&Prospect>, is: Option<&Prospect>) {
        let permits = |side: Option<&Prospect>| {
            let permits = side.map(Prospect::permits).unwrap_or_default().iter();
            permits
                .map(|permit| (permit.id, permit.state))
                .collect::<BTreeMap<_, PermitState>>()
        };
        let (was, is) = (permits(was), permits(is));
        let state = |side: &BTreeMap<_, PermitState>, id| {
            let found: Option<&PermitState> = side.get(id);
            found.map(|state| state.as_str().to_owned())
        };
        let gone = was.keys().filter(|id| !is.contains_key(id));
        for id in is.keys().chain(gone) {
            self.count(Aspect::Permit, state(&was, id), state(&is, id));
        }
    }

    fn count(&mut self, aspect: Aspect, was: Option<String>, is: Option<String>) {
        if was != is {
            *self.ways.entry((aspect, was, is)).or_default() += 1;
        }
    }

    /// A row for each way: what, from, to, how many.
    pub fn rows(&self) -> Vec<Vec<String>> {
        let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "-".to_owned());
        let row = |((aspect, was, is), count): (&Way, &u64)| {
            vec![
                aspect.as_str().to_owned(),
                side(was),
                side(is),
                count.to_string(),
            ]
        };
        self.ways.iter().map(row).collect()
    }

    pub fn value(&self) -> Value {
        let ways = self.ways.iter().map(|((aspect, was, is), count)| {
            json!({"what": aspect.as_str(), "from": was, "to": is, "count": count})
        });
        json!({"changed": self.changed, "moves": ways.collect::<Vec<Value>>()})
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{NodeId, ProspectStatus};
    use uuid::Uuid;

    fn at(status: ProspectStatus, step: Option<u128>) -> Prospect {
        let step = step.map(|number| NodeId(Uuid::from_u128(number)));
        Prospect::restored(status, step, 0)
    }

    #[test]
    fn prospects_that_changed_in_the_same_way_are_one_line() {
        let mut moves = Moves::default();
        let (pending, sent) = (
            at(ProspectStatus::Pending, None),
            at(ProspectStatus::Sent, Some(1)),
        );
        let later = at(ProspectStatus::Sent, Some(2));

        for _ in 0..100_000 {
            moves.follow(Some(&pending), Some(&sent));
        }
        moves.follow(Some(&sent), Some(&later));
        moves.follow(None, Some(&pending));
        moves.follow(Some(&sent), None);

        let step = |number| Uuid::from_u128(number).to_string();
        let expected = [
            ["added", "-", "pending", "1"].map(str::to_owned),
            ["removed", "sent", "-", "1"].map(str::to_owned),
            ["status", "pending", "sent", "100000"].map(str::to_owned),
            ["step".into(), "-".into(), step(1), "100000".into()],
            ["step".into(), step(1), step(2), "1".into()],
        ];
        assert_eq!(moves.rows(), expected);
    }
}
