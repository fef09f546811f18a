//! A sender account as a value, and how it is read.

use chrono::{DateTime, Utc};
use domain::{
    AccountId, ChannelKind, MailboxStatus, OwnLimits, ProfileStatus, SenderFacts, UserId,
};
use tokio_postgres::Row;
use uuid::Uuid;

/// A sender account.
#[derive(Clone, PartialEq, Eq)]
pub struct Sender {
    /// Its id, chosen by whoever owns it.
    pub id: AccountId,
    /// Whose it is.
    pub user_id: UserId,
    /// Its channel and how it stands.
    pub standing: SenderFacts,
    /// What people call it.
    pub display_name: String,
    /// The sender's first name.
    pub first_name: Option<String>,
    /// The sender's last name.
    pub last_name: Option<String>,
    /// The address; every mailbox has one.
    pub email_address: Option<String>,
    /// The profile's page.
    pub profile_url: Option<String>,
    /// The account at the provider. A mailbox without one has no inbox to send from.
    pub provider_account_id: Option<String>,
    /// How the warm-up goes, in the owner's words.
    pub warmup_status: Option<String>,
    /// Whether a LinkedIn profile is a premium one.
    pub is_premium: Option<bool>,
    /// Ceilings that differ from the documented defaults.
    pub limits: Limits,
    /// When it was first put, by the database's clock.
    pub created_at: DateTime<Utc>,
    /// When it was last put.
    pub updated_at: DateTime<Utc>,
}

/// Ceilings of an account; the documented defaults hold where one is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// Sends a day.
    pub daily: Option<u32>,
    /// Invitations a week.
    pub weekly_connections: Option<u32>,
    /// LinkedIn messages a week.
    pub weekly_messages: Option<u32>,
}

impl Limits {
    /// As permits are held to them.
    fn as_own(self, is_premium: Option<bool>) -> OwnLimits {
        OwnLimits {
            daily: self.daily,
            weekly_connections: self.weekly_connections,
            weekly_messages: self.weekly_messages,
            is_premium: is_premium == Some(true),
        }
    }
}

/// Why sender accounts could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum SenderError {
    /// The database did not answer.
    #[error("read sender accounts")]
    Database(#[from] tokio_postgres::Error),
    /// The table holds what its constraints forbid.
    #[error("read sender account {0}: its type and status contradict each other")]
    Damaged(Uuid),
}

/// Shows no name and no address: they must not get into logs.
impl std::fmt::Debug for Sender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sender")
            .field("id", &self.id)
            .field("user_id", &self.user_id)
            .field("standing", &self.standing)
            .finish_non_exhaustive()
    }
}

impl Sender {
    /// An account of which only the necessary is known. A mailbox needs an address besides. Its
    /// times are the database's to say.
    #[must_use]
    pub fn new(user_id: UserId, id: AccountId, standing: SenderFacts, display_name: &str) -> Self {
        Self {
            id,
            user_id,
            standing,
            display_name: display_name.to_owned(),
            first_name: None,
            last_name: None,
            email_address: None,
            profile_url: None,
            provider_account_id: None,
            warmup_status: None,
            is_premium: None,
            limits: Limits::default(),
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    /// A mailbox that may send.
    #[must_use]
    pub fn active_mailbox(user_id: UserId, id: AccountId, address: &str) -> Self {
        let status = MailboxStatus::Active;
        let has_inbox = true;
        Self {
            email_address: Some(address.to_owned()),
            provider_account_id: Some(format!("inbox_{}", id.0.simple())),
            ..Self::new(
                user_id,
                id,
                SenderFacts::Email { status, has_inbox },
                address,
            )
        }
    }

    /// A LinkedIn profile that can be reached.
    #[must_use]
    pub fn connected_profile(user_id: UserId, id: AccountId, display_name: &str) -> Self {
        let standing = SenderFacts::Linkedin(ProfileStatus::Connected);
        Self {
            provider_account_id: Some(format!("profile_{}", id.0.simple())),
            is_premium: Some(false),
            ..Self::new(user_id, id, standing, display_name)
        }
    }

    /// Its limits, as permits are held to them.
    #[must_use]
    pub fn own_limits(&self) -> OwnLimits {
        self.limits.as_own(self.is_premium)
    }

    pub(crate) fn read(row: &Row) -> Result<Self, SenderError> {
        let has_inbox = row.get::<_, Option<&str>>("provider_account_id").is_some();
        Ok(Self {
            id: AccountId(row.get("id")),
            user_id: UserId(row.get("user_id")),
            standing: standing(row, has_inbox)?,
            display_name: row.get("display_name"),
            first_name: row.get("first_name"),
            last_name: row.get("last_name"),
            email_address: row.get("email_address"),
            profile_url: row.get("profile_url"),
            provider_account_id: row.get("provider_account_id"),
            warmup_status: row.get("warmup_status"),
            is_premium: row.get("is_premium"),
            limits: limits(row),
            created_at: row.get("created_at"),
            updated_at: row.get("updated_at"),
        })
    }
}

pub(crate) fn own_limits(row: &Row) -> OwnLimits {
    limits(row).as_own(row.get("is_premium"))
}

fn limits(row: &Row) -> Limits {
    let limit = |column| {
        let limit: Option<i32> = row.get(column);
        limit.and_then(|limit| u32::try_from(limit).ok())
    };
    Limits {
        daily: limit("daily_limit"),
        weekly_connections: limit("weekly_connection_limit"),
        weekly_messages: limit("weekly_message_limit"),
    }
}

pub(crate) fn standing(row: &Row, has_inbox: bool) -> Result<SenderFacts, SenderError> {
    let damaged = || SenderError::Damaged(row.get("id"));
    let channel = match row.get("type") {
        "email" => ChannelKind::Email,
        "linkedin" => ChannelKind::Linkedin,
        _ => return Err(damaged()),
    };
    SenderFacts::from_wire(channel, row.get("status"), has_inbox).ok_or_else(damaged)
}
