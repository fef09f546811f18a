//! A tenant's sender accounts.

use crate::app::App;
use crate::caller::caller;
use crate::campaign_senders;
use crate::ids::id_in_path;
use crate::openapi::{ChannelWord, SenderPath};
use crate::problem::{ErrorJson, Problem};
use crate::query;
use crate::read::read;
use crate::sender_json::SenderJson;
use crate::server::only;
use actix_web::web::{Data, ServiceConfig, get};
use actix_web::{HttpRequest, HttpResponse};
use domain::{AccountId, ChannelKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The paths, in reading order.
pub(crate) fn routes(routes: &mut ServiceConfig) {
    routes
        .service(only(
            "/api/campaigns/{id}/senders",
            "GET",
            get().to(campaign_senders::list),
        ))
        .service(only("/api/senders", "GET", get().to(list)))
        .service(only("/api/senders/{id}", "GET", get().to(one)));
}

/// Sender accounts of a user.
#[derive(Serialize, ToSchema)]
#[schema(as = SenderAccounts)]
struct SendersJson<'a> {
    senders: Vec<SenderJson<'a>>,
}

/// One sender account.
#[derive(Serialize, ToSchema)]
#[schema(as = OneSenderAccount)]
struct OneSenderJson<'a> {
    sender: SenderJson<'a>,
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// Only accounts of this type.
    #[serde(default, rename = "type")]
    #[param(value_type = Option<ChannelWord>)]
    channel: Option<ChannelKind>,
}

/// Every sender account of the key's user.
///
/// The oldest first, at most 1,000. They are kept by the system that owns them.
#[utoipa::path(
    get, path = "/api/senders", tag = "senders",
    params(Asked),
    responses((status = 200, description = "The accounts", body = SendersJson)),
    security(("public_key" = [])),
)]
pub(crate) async fn list(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, Problem> {
    let caller = caller(&request, &app).await?;
    let asked: Asked = query::parse(&request, "type must be email or linkedin")?;
    let accounts = read(&app, async |client| {
        senders::list(client, caller.user_id, asked.channel).await
    })
    .await?;
    let senders = accounts.iter().map(SenderJson::of).collect();
    Ok(HttpResponse::Ok().json(SendersJson { senders }))
}

/// One sender account of the key's user.
#[utoipa::path(
    get, path = "/api/senders/{id}", tag = "senders",
    params(SenderPath),
    responses(
        (status = 200, description = "The account", body = OneSenderJson),
        (status = 404, description = "`sender_not_found`: absent, or another user's", body = ErrorJson),
    ),
    security(("public_key" = [])),
)]
pub(crate) async fn one(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, Problem> {
    let caller = caller(&request, &app).await?;
    let id = AccountId(id_in_path(&request, "id", "sender")?);
    let found = read(&app, async |client| {
        senders::find_of(client, caller.user_id, &[id]).await
    });
    let found = found.await?;
    let sender = found.first().ok_or(Problem::NoSuchSender)?;
    Ok(HttpResponse::Ok().json(OneSenderJson {
        sender: SenderJson::of(sender),
    }))
}
