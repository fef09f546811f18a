//! Sender accounts, as the system that owns them keeps them here.

use crate::app::App;
use crate::body;
use crate::caller::internal;
use crate::campaign_json::instant;
use crate::ids::{UserUuid, id_in_path};
use crate::object::{object, one_line};
use crate::openapi::{ChannelWord, SenderPath};
use crate::problem::{ErrorJson, Problem};
use crate::read::read;
use crate::sender_json::SenderJson;
use crate::server::several;
use actix_web::web::{self, Data, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use domain::{AccountId, ChannelKind, MailboxStatus, ProfileStatus, SenderFacts, UserId};
use senders::{Limits, Put, SENDERS_PER_USER_MAX, Sender, Times};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The longest text of an account, in characters.
const TEXT_CHARS_MAX: usize = 500;
/// The highest of an account's own limits.
const LIMIT_MAX: u32 = 1_000_000;

/// The path.
pub(crate) fn routes(routes: &mut ServiceConfig) {
    routes.service(
        several("/internal/senders/{id}", "DELETE, GET, PUT")
            .route(web::get().to(get))
            .route(web::put().to(put))
            .route(web::delete().to(remove)),
    );
}

/// A sender account as its owner tells it. What is left out is not known.
#[derive(Deserialize, ToSchema)]
#[schema(as = SenderRegistration)]
#[serde(deny_unknown_fields)]
pub(crate) struct Told {
    /// Whose it is; never changes.
    #[schema(value_type = UserUuid)]
    user_id: UserUuid,
    /// Never changes.
    #[schema(value_type = ChannelWord)]
    r#type: ChannelKind,
    /// `active`, `warming` or `inactive` on email; `connected` or `disconnected` on LinkedIn.
    #[schema(example = "active")]
    status: String,
    #[schema(
        min_length = 1,
        max_length = 500,
        pattern = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202d\u202e]*$",
        example = "Ada Lovelace"
    )]
    display_name: String,
    #[schema(
        max_length = 500,
        pattern = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202d\u202e]*$"
    )]
    first_name: Option<String>,
    #[schema(
        max_length = 500,
        pattern = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202d\u202e]*$"
    )]
    last_name: Option<String>,
    /// An email account must have one.
    #[schema(
        max_length = 500,
        pattern = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202d\u202e]*$",
        example = "ada@example.com"
    )]
    email_address: Option<String>,
    #[schema(
        max_length = 500,
        pattern = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202d\u202e]*$"
    )]
    profile_url: Option<String>,
    /// The account at the provider. An email account without one has no inbox to send from.
    #[schema(
        max_length = 500,
        pattern = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202d\u202e]*$",
        example = "inbox_1"
    )]
    provider_account_id: Option<String>,
    #[schema(
        max_length = 500,
        pattern = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202d\u202e]*$"
    )]
    warmup_status: Option<String>,
    is_premium: Option<bool>,
    #[schema(maximum = 1_000_000)]
    daily_limit: Option<u32>,
    #[schema(maximum = 1_000_000)]
    weekly_connection_limit: Option<u32>,
    #[schema(maximum = 1_000_000)]
    weekly_message_limit: Option<u32>,
}

/// A sender account with what only its owner is told.
#[derive(Serialize, ToSchema)]
#[schema(as = RegisteredSender)]
struct RegisteredJson<'a> {
    #[serde(flatten)]
    account: SenderJson<'a>,
    #[schema(value_type = Uuid)]
    user_id: UserId,
    #[schema(required = true)]
    profile_url: Option<&'a str>,
    #[schema(required = true)]
    warmup_status: Option<&'a str>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

/// One registered sender account.
#[derive(Serialize, ToSchema)]
#[schema(as = OneRegisteredSender)]
pub(crate) struct OneRegisteredJson<'a> {
    sender: RegisteredJson<'a>,
}

/// Whether a sender account was there.
#[derive(Serialize, ToSchema)]
#[schema(as = SenderRemoved)]
pub(crate) struct RemovedJson {
    removed: bool,
}

/// Registers a sender account, or tells anew how it is.
///
/// What is told replaces what was known. Repeating it is harmless.
#[utoipa::path(
    put, path = "/internal/senders/{id}", tag = "engine",
    operation_id = "put_sender",
    params(SenderPath),
    request_body(content = Told, example = json!({"user_id": "8c2b2d4e-e29b-41d4-a716-446655440000", "type": "email", "status": "active", "display_name": "Ada Lovelace", "email_address": "ada@example.com", "provider_account_id": "inbox_1"})),
    responses(
        (status = 200, description = "It is as told now", body = OneRegisteredJson),
        (status = 201, description = "It is new", body = OneRegisteredJson),
        (status = 409, description = "`sender_taken`: another user's, or of the other type; `too_many_senders`", body = ErrorJson),
    ),
    security(("internal_key" = [])),
)]
pub(crate) async fn put(
    request: HttpRequest,
    payload: Payload,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    internal(&request, &app).await?;
    let id = AccountId(id_in_path(&request, "id", "sender")?);
    let body = body::read(payload, app.limits.body_time_max, body::BODY_BYTES_MAX).await?;
    let told: Told = object(&request, &body)?;
    let mut sender = told.sender(id)?;
    let put = read(&app, async |client| senders::put(client, &sender).await).await?;
    app.senders
        .forget(&format!("{} {}", sender.user_id.0, id.0));
    let (mut answer, times) = match put {
        Put::Created(times) => (HttpResponse::Created(), times),
        Put::Changed(times) => (HttpResponse::Ok(), times),
        Put::Taken => return Err(Problem::SenderTaken),
        Put::TooMany => return Err(Problem::TooManySenders(SENDERS_PER_USER_MAX)),
    };
    let Times {
        created_at,
        updated_at,
    } = times;
    sender.created_at = created_at;
    sender.updated_at = updated_at;
    Ok(answer.json(OneRegisteredJson::of(&sender)))
}

/// One sender account, whoever's it is.
#[utoipa::path(
    get, path = "/internal/senders/{id}", tag = "engine",
    operation_id = "get_sender",
    params(SenderPath),
    responses(
        (status = 200, description = "The account", body = OneRegisteredJson),
        (status = 404, description = "`sender_not_found`", body = ErrorJson),
    ),
    security(("internal_key" = [])),
)]
pub(crate) async fn get(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, Problem> {
    internal(&request, &app).await?;
    let id = AccountId(id_in_path(&request, "id", "sender")?);
    let found = read(&app, async |client| senders::find(client, id).await).await?;
    let sender = found.ok_or(Problem::NoSuchSender)?;
    Ok(HttpResponse::Ok().json(OneRegisteredJson::of(&sender)))
}

/// Removes a sender account, with every name and address that is known of it.
///
/// Campaigns that it is assigned to keep its id and show it no more; a draft among them cannot be
/// launched until others are assigned. Repeating it is harmless.
#[utoipa::path(
    delete, path = "/internal/senders/{id}", tag = "engine",
    operation_id = "remove_sender",
    params(SenderPath),
    responses((status = 200, description = "It is not there any more", body = RemovedJson)),
    security(("internal_key" = [])),
)]
pub(crate) async fn remove(
    request: HttpRequest,
    payload: Payload,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    internal(&request, &app).await?;
    let id = AccountId(id_in_path(&request, "id", "sender")?);
    body::unused(&request, payload, &app).await?;
    let removed = read(&app, async |client| senders::remove(client, id).await).await?;
    app.senders.forget_all();
    Ok(HttpResponse::Ok().json(RemovedJson { removed }))
}

impl<'a> OneRegisteredJson<'a> {
    fn of(sender: &'a Sender) -> Self {
        Self {
            sender: RegisteredJson {
                account: SenderJson::of(sender),
                user_id: sender.user_id,
                profile_url: sender.profile_url.as_deref(),
                warmup_status: sender.warmup_status.as_deref(),
                created_at: instant(sender.created_at),
                updated_at: instant(sender.updated_at),
            },
        }
    }
}

impl Told {
    fn sender(self, id: AccountId) -> Result<Sender, Problem> {
        self.check()?;
        let has_inbox = self.provider_account_id.is_some();
        let standing = SenderFacts::from_wire(self.r#type, &self.status, has_inbox);
        let standing = standing.ok_or_else(|| Problem::invalid(statuses_of(self.r#type)))?;
        Ok(Sender {
            id,
            user_id: UserId(self.user_id.0),
            standing,
            display_name: self.display_name,
            first_name: self.first_name,
            last_name: self.last_name,
            email_address: self.email_address,
            profile_url: self.profile_url,
            provider_account_id: self.provider_account_id,
            warmup_status: self.warmup_status,
            is_premium: self.is_premium,
            limits: Limits {
                daily: self.daily_limit,
                weekly_connections: self.weekly_connection_limit,
                weekly_messages: self.weekly_message_limit,
            },
            created_at: DateTime::<Utc>::UNIX_EPOCH,
            updated_at: DateTime::<Utc>::UNIX_EPOCH,
        })
    }

    /// Says which field is wrong, never what it holds.
    fn check(&self) -> Result<(), Problem> {
        let texts = [
            ("display_name", Some(&self.display_name)),
            ("first_name", self.first_name.as_ref()),
            ("last_name", self.last_name.as_ref()),
            ("email_address", self.email_address.as_ref()),
            ("profile_url", self.profile_url.as_ref()),
            ("provider_account_id", self.provider_account_id.as_ref()),
            ("warmup_status", self.warmup_status.as_ref()),
        ];
        for (field, text) in texts {
            let fits = |text: &String| (1..=TEXT_CHARS_MAX).contains(&text.chars().count());
            if !text.is_none_or(fits) {
                let message = format!("{field} must have 1 to {TEXT_CHARS_MAX} characters");
                return Err(Problem::invalid(message));
            }
            one_line(field, text.map(String::as_str))?;
        }
        let limits = [
            ("daily_limit", self.daily_limit),
            ("weekly_connection_limit", self.weekly_connection_limit),
            ("weekly_message_limit", self.weekly_message_limit),
        ];
        for (field, limit) in limits {
            if limit.is_some_and(|limit| LIMIT_MAX < limit) {
                let message = format!("{field} must be at most {LIMIT_MAX}");
                return Err(Problem::invalid(message));
            }
        }
        if self.r#type == ChannelKind::Email && self.email_address.is_none() {
            return Err(Problem::invalid(
                "an email account must have an email_address",
            ));
        }
        Ok(())
    }
}

fn statuses_of(channel: ChannelKind) -> String {
    let words: Vec<&str> = match channel {
        ChannelKind::Email => MailboxStatus::ALL.map(MailboxStatus::as_str).to_vec(),
        ChannelKind::Linkedin => ProfileStatus::ALL.map(ProfileStatus::as_str).to_vec(),
    };
    format!("status must be one of {}", words.join(", "))
}
