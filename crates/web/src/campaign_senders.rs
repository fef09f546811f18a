//! `GET /api/campaigns/{id}/senders`: who sends for a campaign, and how much (campaign API, section
//! 1.14, row 22 of its table).
//!
//! Usage is the account's over all campaigns, in the seven days of UTC that end today. Limits are asked
//! of the function that permits are held to (`sender_limits.rs`). What was sent for the campaign counts steps whose permit named the account. The words that the documentation
//! names without saying what they count are explained in `docs/API.md`.

use crate::app::App;
use crate::caller::caller;
use crate::ids::campaign_id;
use crate::openapi::{CampaignPath, ChannelWord};
use crate::problem::Problem;
use crate::read::read;
use crate::sender_limits::{BindingLimitJson, binding_limits};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use domain::{
    AccountId, CampaignId, Channel, ChannelKind, Day, ProspectStatus, Rejection, SendKind,
    SendingAccount, UserId,
};
use event_store::JournalId;
use projector::{
    CampaignRow, GrantedPermits, RowError, Sent, count_open_permits, find_campaign, granted_since,
    sends_of_campaign, usage,
};
use senders::{Sender, SenderError, find_of};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use utoipa::ToSchema;

type Counts = BTreeMap<&'static str, u64>;

/// Who sends for a campaign, and how much.
#[derive(Serialize, ToSchema)]
#[schema(as = CampaignSenders)]
#[allow(
    non_snake_case,
    reason = "the documentation writes these words in two ways"
)]
pub(crate) struct CampaignSendersJson<'a> {
    senders: Vec<CampaignSenderJson<'a>>,
    /// Steps sent, by all accounts.
    campaign_total_sent: u64,
    #[schema(value_type = ChannelWord)]
    campaign_type: ChannelKind,
    /// Prospects who answered.
    campaign_total_replies: u64,
    /// Prospects whose mail came back.
    campaign_total_bounced: u64,
    /// Prospects who reached the end.
    campaign_total_completed: u64,
    /// Steps sent, or permitted and not yet accounted for.
    campaign_total_committed: u64,
    /// Prospects by status.
    #[schema(value_type = BTreeMap<String, u64>)]
    campaignStatsByStatus: Counts,
    /// Steps sent by each account, by the status that they lead to.
    #[schema(value_type = BTreeMap<String, BTreeMap<String, u64>>)]
    campaignSenderStatsByStatus: BTreeMap<String, Counts>,
    /// The same of today alone.
    #[schema(value_type = BTreeMap<String, BTreeMap<String, u64>>)]
    campaignSenderTodayStatsByStatus: BTreeMap<String, Counts>,
    /// Prospects under way: begun, and not done.
    campaignActiveProspectsCount: u64,
}

/// A sender account of a campaign, with its limits and its usage.
#[derive(Serialize, ToSchema)]
#[schema(as = CampaignSender)]
struct CampaignSenderJson<'a> {
    #[schema(value_type = Uuid)]
    account_id: AccountId,
    display_name: &'a str,
    #[schema(required = true)]
    email_address: Option<&'a str>,
    #[schema(required = true)]
    profile_url: Option<&'a str>,
    status: &'static str,
    #[schema(value_type = ChannelWord)]
    r#type: ChannelKind,
    #[schema(required = true)]
    is_premium: Option<bool>,
    #[schema(required = true)]
    warmup_status: Option<&'a str>,
    /// `null` on email, unless the account has one of its own.
    #[schema(required = true)]
    weekly_connection_limit: Option<u32>,
    /// `null` on email, unless the account has one of its own.
    #[schema(required = true)]
    weekly_message_limit: Option<u32>,
    /// The account's own limit or 30, or the campaign's for the account if that is smaller. On
    /// LinkedIn only the account's own.
    #[schema(required = true)]
    daily_limit: Option<u32>,
    /// Over all campaigns, in seven days.
    weekly_connections_sent: u64,
    /// Over all campaigns, in seven days; mails too.
    weekly_messages_sent: u64,
    /// Mails or LinkedIn messages for this campaign.
    campaign_messages_sent: u64,
    /// Steps sent for this campaign, or permitted and not yet accounted for.
    committed_count: u64,
    /// Steps sent today, over all campaigns.
    today_sent: u64,
    /// For each kind of step that the campaign's channel sends: the limit that binds, the campaign's
    /// among them (an addition). A kind without a limit is left out.
    #[schema(schema_with = binding_limits)]
    binding_limits: Vec<BindingLimitJson>,
}

/// What was read.
struct Found {
    row: CampaignRow,
    accounts: Vec<Sender>,
    usage: HashMap<AccountId, Sent>,
    sent: HashMap<AccountId, Sent>,
    open: HashMap<AccountId, u64>,
    granted: GrantedPermits,
    now: DateTime<Utc>,
}

/// Why it was not.
#[derive(Debug, thiserror::Error)]
enum NotFound {
    #[error(transparent)]
    Row(#[from] RowError),
    #[error(transparent)]
    Sender(#[from] SenderError),
}

/// Who sends for a campaign, and how much.
///
/// Read only: senders are assigned by changing a draft. Limits are those in force; usage is the
/// account's over all campaigns. Accounts that were removed are left out.
#[utoipa::path(
    get, path = "/api/campaigns/{id}/senders", tag = "senders",
    operation_id = "list_of_campaign",
    params(CampaignPath),
    responses((status = 200, description = "The accounts", body = CampaignSendersJson)),
    security(("public_key" = [])),
)]
pub(crate) async fn list(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, Problem> {
    let caller = caller(&request, &app).await?;
    let id = campaign_id(&request)?;
    let place = (app.lanes.journal_of(caller.user_id), caller.user_id);
    let now = (app.sources.now)();
    let found = read(&app, async |client| find(client, place, id, now).await).await?;
    let found = found.ok_or(Rejection::NotFound)?;
    Ok(HttpResponse::Ok().json(CampaignSendersJson::of(&found)))
}

async fn find(
    client: &deadpool_postgres::Client,
    (journal, user): (JournalId, UserId),
    id: CampaignId,
    now: DateTime<Utc>,
) -> Result<Option<Found>, NotFound> {
    let Some(row) = find_campaign(client, journal, id, user).await? else {
        return Ok(None);
    };
    let ids = &row.campaign.settings.sender_account_ids;
    let found = find_of(client, user, ids).await?;
    let mut by_id: HashMap<_, _> = found
        .into_iter()
        .map(|sender| (sender.id, sender))
        .collect();
    let today = Day::of_utc(now);
    let week = today.week_begins_on();
    Ok(Some(Found {
        accounts: ids.iter().filter_map(|id| by_id.remove(id)).collect(),
        usage: usage(client, journal, ids, today).await?,
        sent: sends_of_campaign(client, journal, id, today).await?,
        open: count_open_permits(client, journal, id).await?,
        granted: granted_since(client, journal, ids, week).await?,
        now,
        row,
    }))
}

impl<'a> CampaignSendersJson<'a> {
    fn of(found: &'a Found) -> Self {
        let campaign = &found.row.campaign;
        let census = &campaign.census;
        let with = |status| u64::from(census.with_status(status));
        let total_sent: u64 = found.sent.values().map(Sent::total).sum();
        let open: u64 = found.open.values().sum();
        let by_account = |counts: fn(&Sent) -> &BTreeMap<SendKind, u64>| {
            let accounts = found.sent.iter();
            accounts
                .map(|(id, sent)| (id.0.to_string(), by_status(counts(sent))))
                .collect()
        };
        let statuses = census.by_status().into_iter();
        Self {
            senders: found
                .accounts
                .iter()
                .map(|account| CampaignSenderJson::of(account, found))
                .collect(),
            campaign_total_sent: total_sent,
            campaign_type: campaign.settings.channel.kind(),
            campaign_total_replies: with(ProspectStatus::Replied),
            campaign_total_bounced: with(ProspectStatus::Bounced),
            campaign_total_completed: with(ProspectStatus::Completed),
            campaign_total_committed: total_sent + open,
            campaignStatsByStatus: statuses
                .map(|(status, count)| (status.as_str(), u64::from(count)))
                .collect(),
            campaignSenderStatsByStatus: by_account(|sent| &sent.count),
            campaignSenderTodayStatsByStatus: by_account(|sent| &sent.today),
            campaignActiveProspectsCount: u64::from(census.unfinished())
                .saturating_sub(with(ProspectStatus::Pending)),
        }
    }
}

impl<'a> CampaignSenderJson<'a> {
    fn of(account: &'a Sender, found: &Found) -> Self {
        let none = Sent::default();
        let usage = found.usage.get(&account.id).unwrap_or(&none);
        let sent = found.sent.get(&account.id).unwrap_or(&none);
        let open = found.open.get(&account.id).copied().unwrap_or(0);
        let own = account.own_limits();
        let permits = found.granted.get(&(account.user_id, account.id));
        let permits = permits.cloned().unwrap_or_default();
        let sending = SendingAccount { own, permits };
        Self {
            account_id: account.id,
            display_name: &account.display_name,
            email_address: account.email_address.as_deref(),
            profile_url: account.profile_url.as_deref(),
            status: account.standing.status(),
            r#type: account.standing.channel(),
            is_premium: account.is_premium,
            warmup_status: account.warmup_status.as_deref(),
            weekly_connection_limit: own.weekly_connections_on(account.standing.channel()),
            weekly_message_limit: own.weekly_messages_on(account.standing.channel()),
            daily_limit: daily(account, &found.row.campaign.settings.channel),
            weekly_connections_sent: connections(&usage.count),
            weekly_messages_sent: usage.total() - connections(&usage.count),
            campaign_messages_sent: sent.total() - connections(&sent.count),
            committed_count: sent.total() + open,
            today_sent: usage.total_today(),
            binding_limits: BindingLimitJson::all(
                &found.row.campaign,
                (account.id, &sending),
                found.now,
            ),
        }
    }
}

fn connections(counts: &BTreeMap<SendKind, u64>) -> u64 {
    counts
        .get(&SendKind::ConnectionRequest)
        .copied()
        .unwrap_or(0)
}

/// Steps by the status that they lead to; those that did not happen are left out.
fn by_status(counts: &BTreeMap<SendKind, u64>) -> Counts {
    let happened = counts.iter().filter(|(_, count)| 0 < **count);
    happened
        .map(|(kind, count)| (kind.status_once_sent().as_str(), *count))
        .collect()
}

/// The smaller of the account's limit and of the campaign's for it.
fn daily(account: &Sender, channel: &Channel) -> Option<u32> {
    let own = account.own_limits().daily_on(channel.kind());
    let Channel::Email(email) = channel else {
        return own;
    };
    let mut limits = email.account_limits.iter();
    let of_campaign = limits.find(|limit| limit.account_id == account.id);
    let of_campaign = of_campaign.map(|limit| limit.daily_limit.sends());
    own.into_iter().chain(of_campaign).min()
}
