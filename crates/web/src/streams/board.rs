//! Who listens to a journal in this process, without time and database.
//!
//! A seat holds at most [`WAITING_MAX`] messages. Whoever does not take them loses the seat, sees that,
//! and reads the log until there is nothing more; so a slow reader costs nothing but reading.

use super::telling::Told;
use domain::{CampaignId, UserId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, mpsc, watch};

/// Messages that wait for one stream.
pub(super) const WAITING_MAX: usize = 64;

/// What a stream is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Audience {
    /// One campaign.
    Campaign(CampaignId),
    /// All campaigns of a user.
    User(UserId),
}

/// The seats before one journal.
#[derive(Default)]
pub(super) struct Board {
    room: Mutex<Room>,
    /// Whether somebody follows the journal: what comes from now on is told.
    is_followed: watch::Sender<bool>,
    /// Rung when somebody sits down.
    door: Notify,
}

#[derive(Default)]
struct Room {
    seats: HashMap<Audience, Vec<Seat>>,
    users: usize,
    seated: u64,
}

struct Seat {
    number: u64,
    sender: mpsc::Sender<Arc<Told>>,
}

/// A seat, given back when it is dropped.
pub(super) struct Ticket {
    board: Arc<Board>,
    audience: Audience,
    number: u64,
    receiver: mpsc::Receiver<Arc<Told>>,
}

impl Board {
    fn room(&self) -> MutexGuard<'_, Room> {
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a seat, and waits until everything that comes is told. Nothing when nobody will ever
    /// follow the journal again.
    pub async fn sit(self: &Arc<Self>, audience: Audience) -> Option<Ticket> {
        let ticket = self.seat(audience);
        self.door.notify_one();
        let mut is_followed = self.is_followed.subscribe();
        is_followed
            .wait_for(|is_followed| *is_followed)
            .await
            .ok()?;
        Some(ticket)
    }

    fn seat(self: &Arc<Self>, audience: Audience) -> Ticket {
        let (sender, receiver) = mpsc::channel(WAITING_MAX);
        let mut room = self.room();
        room.seated += 1;
        let number = room.seated;
        room.seats
            .entry(audience)
            .or_default()
            .push(Seat { number, sender });
        room.count_users();
        Ticket {
            board: self.clone(),
            audience,
            number,
            receiver,
        }
    }

    /// Waits until somebody has a seat.
    pub async fn somebody_sits(&self) {
        while self.room().seats.is_empty() {
            self.door.notified().await;
        }
    }

    /// The journal is followed from here on.
    pub fn follow(&self) {
        self.is_followed.send_replace(true);
    }

    /// Stops following if nobody has a seat. Whoever sits down later finds it stopped.
    pub fn rests(&self) -> bool {
        let room = self.room();
        let is_empty = room.seats.is_empty();
        if is_empty {
            self.is_followed.send_replace(false);
        }
        is_empty
    }

    /// Whether anybody may want an event of this campaign.
    pub fn may_want(&self, campaign: CampaignId) -> bool {
        let room = self.room();
        0 < room.users || room.seats.contains_key(&Audience::Campaign(campaign))
    }

    /// Tells whom it concerns. Who does not keep up loses the seat.
    pub fn tell(&self, told: &Arc<Told>) {
        let mut room = self.room();
        for audience in [
            Audience::Campaign(told.campaign_id),
            Audience::User(told.user_id),
        ] {
            if let Some(seats) = room.seats.get_mut(&audience) {
                seats.retain(|seat| seat.sender.try_send(told.clone()).is_ok());
            }
        }
        room.seats.retain(|_, seats| !seats.is_empty());
        room.count_users();
    }
}

impl Room {
    fn count_users(&mut self) {
        let is_user = |audience: &&Audience| matches!(audience, Audience::User(_));
        self.users = self.seats.keys().filter(is_user).count();
    }
}

impl Ticket {
    /// The next message. `None`: the seat is lost.
    pub async fn next(&mut self) -> Option<Arc<Told>> {
        self.receiver.recv().await
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut room = self.board.room();
        if let Some(seats) = room.seats.get_mut(&self.audience) {
            seats.retain(|seat| seat.number != self.number);
            if seats.is_empty() {
                room.seats.remove(&self.audience);
            }
        }
        room.count_users();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn told(campaign: u128, user: u128, version: i64) -> Arc<Told> {
        Arc::new(Told {
            campaign_id: CampaignId(Uuid::from_u128(campaign)),
            user_id: UserId(Uuid::from_u128(user)),
            version,
            position: version,
            is_end: false,
            data: String::new(),
        })
    }

    fn of_campaign(number: u128) -> Audience {
        Audience::Campaign(CampaignId(Uuid::from_u128(number)))
    }

    fn of_user(number: u128) -> Audience {
        Audience::User(UserId(Uuid::from_u128(number)))
    }

    async fn followed() -> Arc<Board> {
        let board = Arc::new(Board::default());
        board.follow();
        board
    }

    #[tokio::test]
    async fn whoever_it_concerns_is_told() {
        let board = followed().await;
        let mut campaign = board.sit(of_campaign(1)).await.unwrap();
        let mut user = board.sit(of_user(7)).await.unwrap();

        for event in [told(1, 7, 1), told(2, 7, 2), told(3, 8, 3)] {
            board.tell(&event);
        }

        assert_eq!(campaign.next().await.unwrap().version, 1);
        assert_eq!(user.next().await.unwrap().version, 1);
        assert_eq!(user.next().await.unwrap().version, 2);
        assert!(campaign.receiver.is_empty() && user.receiver.is_empty());
    }

    #[tokio::test]
    async fn who_does_not_keep_up_loses_the_seat_and_sees_it() {
        let board = followed().await;
        let mut slow = board.sit(of_campaign(1)).await.unwrap();

        for version in 1..100 {
            board.tell(&told(1, 7, version));
        }

        let mut taken = 0;
        while slow.next().await.is_some() {
            taken += 1;
        }
        assert_eq!(taken, WAITING_MAX);
        assert!(board.rests());
    }

    #[tokio::test]
    async fn nobody_sits_before_somebody_follows() {
        let board = Arc::new(Board::default());
        let sitting = board.sit(of_user(7));
        tokio::pin!(sitting);
        assert!(futures_util::poll!(&mut sitting).is_pending());

        board.follow();

        assert!(sitting.await.is_some());
        assert!(board.rests());
    }
}
