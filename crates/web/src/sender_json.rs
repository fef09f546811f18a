//! Sender accounts on the wire, and putting them into campaigns.
//!
//! A campaign is first written with the ids of its accounts alone: so the lanes write it, which
//! must not know names, and so it is stored for repeated requests, where no name may stand. Only
//! what leaves for the caller is [`filled`]. The mark cannot stand in anybody's text: a quotation
//! mark is escaped there.

use crate::app::App;
use crate::openapi::ChannelWord;
use crate::problem::Problem;
use crate::read::read;
use domain::{AccountId, ChannelKind, UserId};
use senders::Sender;
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;

/// Rests between attempts at reading the accounts of a change that happened.
const RESTS_MILLISECONDS: [u64; 3] = [10, 50, 200];
/// What comes before the ids in a campaign's JSON.
const MARK: &str = "\"sender_accounts\":[";

/// A sender account, flattened (campaign API, section 1.1).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SenderAccount)]
pub(crate) struct SenderJson<'a> {
    #[schema(value_type = Uuid)]
    id: AccountId,
    #[schema(value_type = ChannelWord)]
    r#type: ChannelKind,
    #[schema(required = true, example = "ada@example.com")]
    email_address: Option<&'a str>,
    /// The account at the provider. An email account without one has no inbox to send from.
    #[schema(required = true)]
    provider_account_id: Option<&'a str>,
    #[schema(example = "Ada Lovelace")]
    display_name: &'a str,
    #[schema(required = true)]
    first_name: Option<&'a str>,
    #[schema(required = true)]
    last_name: Option<&'a str>,
    /// `active`, `warming` or `inactive` on email; `connected` or `disconnected` on LinkedIn.
    #[schema(example = "active")]
    status: &'static str,
    /// `null` where the default holds.
    #[schema(required = true)]
    daily_limit: Option<u32>,
    /// `null` where the default holds.
    #[schema(required = true)]
    weekly_connection_limit: Option<u32>,
    /// `null` where the default holds.
    #[schema(required = true)]
    weekly_message_limit: Option<u32>,
    #[schema(required = true)]
    is_premium: Option<bool>,
}

impl<'a> SenderJson<'a> {
    pub fn of(sender: &'a Sender) -> Self {
        Self {
            id: sender.id,
            r#type: sender.standing.channel(),
            email_address: sender.email_address.as_deref(),
            provider_account_id: sender.provider_account_id.as_deref(),
            display_name: &sender.display_name,
            first_name: sender.first_name.as_deref(),
            last_name: sender.last_name.as_deref(),
            status: sender.standing.status(),
            daily_limit: sender.limits.daily,
            weekly_connection_limit: sender.limits.weekly_connections,
            weekly_message_limit: sender.limits.weekly_messages,
            is_premium: sender.is_premium,
        }
    }
}

/// The accounts of `user`, in the order of `ids`, from memory if that is enough. One that was
/// removed is left out.
pub(crate) async fn accounts_of(
    app: &App,
    user: UserId,
    ids: &[AccountId],
) -> Result<Vec<Arc<Sender>>, Problem> {
    if let Some(accounts) = app.senders.recall(user, ids) {
        return Ok(accounts);
    }
    read(app, async |client| {
        app.senders.read(client, user, ids).await
    })
    .await
}

/// The answer with the accounts in place of their ids.
pub(crate) async fn filled(app: &App, user: UserId, body: String) -> Result<String, Problem> {
    let ids: BTreeSet<AccountId> = marked(&body).flat_map(|(_, list)| ids_of(list)).collect();
    if ids.is_empty() {
        return Ok(body);
    }
    let ids: Vec<AccountId> = ids.into_iter().collect();
    let accounts = accounts_of(app, user, &ids).await?;
    Ok(written(&body, &accounts))
}

/// The same for a change that happened, which must be told whatever becomes of this. Accounts that
/// cannot be read, asked for a few times, are not told of at all: an empty list would say that there
/// are none.
pub(crate) async fn filled_if_possible(app: &App, user: UserId, body: String) -> String {
    for rest in RESTS_MILLISECONDS {
        if let Ok(filled) = filled(app, user, body.clone()).await {
            return filled;
        }
        tokio::time::sleep(Duration::from_millis(rest)).await;
    }
    match filled(app, user, body.clone()).await {
        Ok(filled) => filled,
        Err(_) => silent(&body),
    }
}

/// The answer without its lists of accounts.
fn silent(body: &str) -> String {
    let mut whole = String::with_capacity(body.len());
    let mut rest = body;
    for (before, list) in marked(body) {
        let told = before.strip_suffix(MARK).unwrap_or(before);
        whole.push_str(beyond_list(told.strip_suffix(',').unwrap_or(told)));
        rest = rest.get(before.len() + list.len()..).unwrap_or_default();
    }
    whole.push_str(beyond_list(rest));
    whole
}

/// Behind the end of the list before, if there was one: no body begins with one.
fn beyond_list(text: &str) -> &str {
    text.strip_prefix(']').unwrap_or(text)
}

fn written(body: &str, accounts: &[Arc<Sender>]) -> String {
    let texts: HashMap<AccountId, String> = accounts
        .iter()
        .map(|sender| (sender.id, crate::change::text(&SenderJson::of(sender))))
        .collect();
    let mut whole = String::with_capacity(body.len() + 512 * accounts.len());
    let mut rest = body;
    for (before, list) in marked(body) {
        whole.push_str(before);
        let of_list: Vec<&str> = ids_of(list)
            .filter_map(|id| texts.get(&id).map(String::as_str))
            .collect();
        whole.push_str(&of_list.join(","));
        rest = rest.get(before.len() + list.len()..).unwrap_or_default();
    }
    whole.push_str(rest);
    whole
}

/// Each list of ids, with the text before it since the list before.
fn marked(body: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = body;
    std::iter::from_fn(move || {
        let (before, list) = rest.split_at_checked(rest.find(MARK)? + MARK.len())?;
        let (list, after) = list.split_at_checked(list.find(']')?)?;
        rest = after;
        Some((before, list))
    })
}

fn ids_of(list: &str) -> impl Iterator<Item = AccountId> {
    list.split(',')
        .filter_map(|id| uuid::Uuid::try_parse(id.trim_matches('"')).ok())
        .map(AccountId)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn sender(number: u128, name: &str) -> Arc<Sender> {
        let id = AccountId(Uuid::from_u128(number));
        let user = UserId(Uuid::nil());
        Arc::new(Sender::connected_profile(user, id, name))
    }

    fn campaign(name: &str, ids: &[u128]) -> String {
        let ids: Vec<AccountId> = ids
            .iter()
            .map(|id| AccountId(Uuid::from_u128(*id)))
            .collect();
        serde_json::json!({"name": name, "sender_accounts": ids}).to_string()
    }

    fn names(filled: &serde_json::Value) -> Vec<&str> {
        let accounts = filled["sender_accounts"].as_array().unwrap();
        accounts
            .iter()
            .map(|account| account["display_name"].as_str().unwrap())
            .collect()
    }

    #[test]
    fn every_campaign_of_an_answer_gets_its_own_accounts_in_their_order() {
        let body = format!("[{},{}]", campaign("One", &[2, 1]), campaign("Two", &[]));

        let filled = written(&body, &[sender(1, "Ada"), sender(2, "Bob")]);

        let filled: serde_json::Value = serde_json::from_str(&filled).unwrap();
        assert_eq!(names(&filled[0]), ["Bob", "Ada"]);
        assert!(names(&filled[1]).is_empty());
    }

    #[test]
    fn an_account_that_is_not_there_is_left_out() {
        let filled = written(&campaign("One", &[1, 2, 3]), &[sender(2, "Bob")]);

        let filled: serde_json::Value = serde_json::from_str(&filled).unwrap();
        assert_eq!(names(&filled), ["Bob"]);
    }

    #[test]
    fn accounts_that_cannot_be_read_are_not_told_of_at_all() {
        let [one, two] = [campaign("One", &[1, 2]), campaign("Two", &[])];
        let body = format!("[{one},{two},{{\"name\":\"Three\"}}]");

        let silent: serde_json::Value = serde_json::from_str(&silent(&body)).unwrap();

        let name = |name| serde_json::json!({"name": name});
        assert_eq!(
            silent,
            serde_json::json!([name("One"), name("Two"), name("Three")])
        );
    }

    #[test]
    fn a_name_that_looks_like_the_mark_is_a_name() {
        let name = "\"sender_accounts\":[\"00000000-0000-0000-0000-000000000001\"]";

        let filled = written(&campaign(name, &[]), &[sender(1, "Ada")]);

        let filled: serde_json::Value = serde_json::from_str(&filled).unwrap();
        assert_eq!(filled["name"], name);
        assert!(names(&filled).is_empty());
    }
}
