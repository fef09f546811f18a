//! The OpenAPI documents of both listeners: what the service really does, written by the handlers.
//!
//! **The pattern.** A handler says for itself what its caller must know:
//!
//! ```text
//! /// Hold an active campaign.                                   <- the summary
//! ///
//! /// Campaign API, section 1.8. Not idempotent: ...             <- the description
//! #[utoipa::path(
//!     post, path = "/api/campaigns/{id}/pause", tag = "campaigns",
//!     params(CampaignPath, ChangeParameters),
//!     request_body(content = Option<ChangeBody>),
//!     responses(
//!         (status = 200, description = "The campaign, held", body = Changed),
//!         (status = 400, description = "`invalid_request`, `campaign_not_active`", body = ErrorJson),
//!         ChangeRefusals,
//!     ),
//!     security(("public_key" = [])),
//! )]
//! ```
//!
//! and derives `ToSchema`/`IntoParams` on what it really serialises or parses. A field of a type
//! that cannot derive (one of `domain`) says `#[schema(value_type = ...)]` with a schema of
//! `openapi/values.rs`; a field that is always there though it may be `null` says
//! `#[schema(required = true)]`. Then the handler is named in the list below. A path
//! beyond the documented contract says `extensions(("x-fermata-addition" = json!(true)))`; parameters
//! beyond it are marked by [`finish`]. Write `#[derive(utoipa::IntoParams)]`: with the trait imported,
//! rustc takes what the macro writes for a needless qualification.
//!
//! **What a handler need not say**, because [`finish`] adds it: 401, 429 and 503 wherever a key is
//! asked for; 408, 413 and 415 wherever there is a body; 400 `invalid_request` wherever there is
//! anything to get wrong and no 400 of its own; 404 `campaign_not_found` below a campaign; the
//! header `X-Request-Id`. An operation is named by its tag and its handler: `campaigns_pause`.
//!
//! The documents are golden files (`docs/openapi.json`, `docs/openapi-internal.json`); that they are
//! true is tried by schemathesis, and that they are whole by a test (`cli/tests/openapi`).

mod bodies;
mod finish;
mod parameters;
mod platform;
mod refusals;
mod serving;
mod values;

pub(crate) use parameters::{
    CampaignPath, ChangeParameters, ChangeRefusals, EffectPath, NodePath, ReadCondition,
    RepeatParameters, SenderPath, TokenPath,
};
pub(crate) use serving::{internal_routes, public_routes};
pub(crate) use values::{
    CampaignStatus, ChannelWord, EffectIdSchema, EffectWord, HoursSchema, NodeWord,
    PermitStateWord, ProspectWord, SendWord, StatsSchema, TokenIdSchema, TokenKindWord, Words,
};

use finish::Listener;
use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Fermata",
        description = "Campaigns of an outreach product: created, launched, held and resumed. Every \
                       documented call works to the letter; what is beyond the documented contract is \
                       opt-in and marked `x-fermata-addition`. `HEAD` is answered wherever `GET` is, with \
                       its headers and no body. A change refuses query parameters that are not listed \
                       for it; a read ignores them.",
    ),
    tags(
        (name = "campaigns", description = "Campaigns and their states"),
        (name = "streams", description = "What happens, as it happens"),
        (name = "senders", description = "Who sends"),
        (name = "activities", description = "What happened to prospects"),
        (name = "leads", description = "The people of a campaign"),
        (name = "sequence", description = "The steps of a draft"),
    ),
    paths(
        crate::campaigns::list,
        crate::campaigns::get,
        crate::history::history,
        crate::creating::create,
        crate::updating::update,
        crate::transitions::delete,
        crate::launching::validate,
        crate::launching::launch,
        crate::activities::list,
        crate::campaign_senders::list,
        crate::senders::list,
        crate::senders::one,
        crate::transitions::pause,
        crate::transitions::resume,
        crate::streams::of_campaign,
        crate::streams::of_user,
        crate::leads::list,
        crate::leads::add,
        crate::leads::edit,
        crate::leads::remove,
        crate::transitions::sync_stats,
        crate::stopping::stop,
        crate::nodes::add,
        crate::nodes::relocate,
        crate::nodes::remove,
        crate::nodes::edit,
    ),
    components(schemas(crate::streams::EventMessage)),
)]
struct Public;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Fermata, internal",
        description = "The engine's and the operators' side of Fermata, on a listener of its own. \
                       Trigger.dev's waitpoint tokens are served here in that platform's contract. `HEAD` is \
                       answered wherever `GET` is, but for `/internal/launches`.",
    ),
    tags(
        (name = "engine", description = "What an engine asks and reports"),
        (name = "operating", description = "Health, metrics, and what is told to the world"),
        (name = "effects", description = "What is told to the world, and what became of it"),
        (name = "journals", description = "The log itself, and consumers that read it"),
        (name = "ledger", description = "What was signed of the log, and proofs for others"),
        (name = "waitpoints", description = "Waitpoint tokens, as Trigger.dev has them"),
    ),
    paths(
        crate::internal::live,
        crate::internal::ready,
        crate::internal::metrics,
        crate::launches::take,
        crate::launches::activate,
        crate::launches::fail,
        crate::engine_view::list,
        crate::engine_view::get,
        crate::engine_view::prospects::list,
        crate::projections::list,
        crate::projections::rebuild,
        crate::projections::cancel,
        crate::journals::list,
        crate::journals::reading::events,
        crate::journals::consumers::list,
        crate::journals::consumers::get,
        crate::journals::consumers::place,
        crate::journals::consumers::remove,
        crate::journals::leases::claim,
        crate::journals::leases::events,
        crate::journals::leases::commit,
        crate::journals::leases::release,
        crate::registering::register,
        crate::outbox_json::overview,
        crate::effects::list,
        crate::effects::retry_many,
        crate::effects::get,
        crate::effects::retry,
        crate::effects::park,
        crate::effects::cancel,
        crate::proofs::checkpoint,
        crate::proofs::proof,
        crate::tokens::reading::list,
        crate::tokens::reading::retrieve,
        crate::tokens::creating::create,
        crate::tokens::completing::complete,
        crate::tokens::completing::callback,
        crate::tokens::cors::preflight,
        crate::tokens::running::wait,
        crate::tokens::public_tokens::claims,
        crate::tokens::public_tokens::mint,
        crate::tokens::bulk::complete_many,
        crate::sender_registry::put,
        crate::sender_registry::get,
        crate::sender_registry::remove,
        crate::engine::permits::request,
        crate::engine::permits::request_many,
        crate::engine::open_permits::list,
        crate::engine::outcomes::report,
        crate::engine::outcomes::report_many,
        crate::engine::progress::report,
        crate::engine::progress::report_many,
        crate::erasing::erase_person,
    ),
)]
struct Internal;

/// The document of the public listener.
#[must_use]
pub fn public_document() -> utoipa::openapi::OpenApi {
    finish::finish(Public::openapi(), Listener::Public)
}

/// The document of the internal listener.
#[must_use]
pub fn internal_document() -> utoipa::openapi::OpenApi {
    finish::finish(Internal::openapi(), Listener::Internal)
}
