//! Every error that an answer can have: the one place that names a status.
//!
//! The status is for proxies; the code is for programs and never changes; the message is the
//! documented text where one is documented. A new rejection or failure does not compile until
//! somebody chooses its answer here.

mod envelope;

pub(crate) use envelope::{Envelope, ErrorJson};

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use commands::{EraseError, Failure};
use domain::{Rejection, Status, Version};
use event_store::Reading;
use outbox::{EffectState, Operation};
use std::fmt;

/// Seconds after which a caller may ask again when the service is busy or its database away.
const RETRY_SECONDS: u64 = 1;

/// What is wrong, for the caller.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    /// The request is not understood.
    #[error("{0}")]
    InvalidRequest(String),
    /// No key, or one that opens nothing here.
    #[error("Missing or invalid authentication credentials")]
    Unauthorized,
    /// No such path.
    #[error("No such path")]
    NoSuchPath,
    /// The path has other methods.
    #[error("This path only answers {0}")]
    MethodNotAllowed(String),
    /// The body is too large.
    #[error("The request body is larger than {0} bytes")]
    BodyTooLarge(usize),
    /// The body came too slowly.
    #[error("The request body did not arrive in time")]
    BodyTooSlow,
    /// The body is not JSON.
    #[error("The request body must be application/json")]
    UnsupportedMedia,
    /// The campaign has moved on.
    #[error("The campaign is at a version that the request excludes")]
    VersionDiffers {
        /// The version that it is at.
        version: Version,
        /// Where it stands.
        status: Status,
    },
    /// The campaign was deleted before the moment that was asked about.
    #[error("The campaign was deleted by then")]
    DeletedThen {
        /// The version of its deletion.
        version: Version,
    },
    /// The campaign has had fewer events.
    #[error("The campaign has no such version yet")]
    NoSuchVersion {
        /// The version that it is at.
        current: Version,
    },
    /// The idempotency key belongs to another request.
    #[error("This Idempotency-Key was used for another request")]
    KeyReused,
    /// Too many requests.
    #[error("Too many requests. Please retry after {0} seconds.")]
    RateLimited(u64),
    /// The key has as many streams as it may.
    #[error("This key has {0} streams, which is as many as it may")]
    TooManyStreams(u32),
    /// Nothing of that size was signed.
    #[error("No such checkpoint")]
    NoSuchCheckpoint,
    /// No such event.
    #[error("No such event")]
    NoSuchEvent,
    /// No checkpoint covers the event.
    #[error("No checkpoint covers position {position} yet; the latest covers {signed}")]
    NotSealedYet {
        /// Where the event is.
        position: u64,
        /// Events that are covered.
        signed: u64,
    },
    /// The database was tampered with.
    #[error("The database does not hold what was signed; nothing is proven")]
    LedgerAltered,
    /// No such effect, or it was forgotten.
    #[error("No such effect")]
    NoSuchEffect,
    /// Effects in this state take no such request.
    #[error("An effect that is {} cannot be asked to {}", .1.as_str(), .0.as_str())]
    EffectRefuses(Operation, EffectState),
    /// No such sender account, or another user's.
    #[error("Sender account not found")]
    NoSuchSender,
    /// The id belongs to another user's account, or to one of the other type.
    #[error("A sender account keeps its user and its type: this id is taken")]
    SenderTaken,
    /// The user has as many sender accounts as one may have.
    #[error("A user has at most {0} sender accounts")]
    TooManySenders(i64),
    /// No such journal.
    #[error("No such journal")]
    NoSuchJournal,
    /// No projection of that name.
    #[error("No such projection")]
    NoSuchProjection,
    /// Nothing of that name is being rebuilt.
    #[error("It is not being rebuilt")]
    NoRebuild,
    /// Other projections are being rebuilt.
    #[error("Another rebuild is under way: {0}")]
    RebuildUnderWay(String),
    /// No consumer of that name.
    #[error("No such consumer")]
    NoSuchConsumer,
    /// Another reader reads for the consumer.
    #[error("Another reader has the lease of this consumer")]
    ConsumerLeased(Reading),
    /// The reader's lease is over.
    #[error("The lease is over; claim the consumer anew")]
    LeaseOver,
    /// A consumer's cursor may not be moved there.
    #[error("The cursor must be between {cursor} and {head}")]
    CursorOutOfRange {
        /// Where it is.
        cursor: i64,
        /// How far the journal has come.
        head: i64,
    },
    /// A reader's place is where nothing is yet.
    #[error("{name} must be at most {head}, where the log ends")]
    BeyondHead {
        /// What says the place.
        name: &'static str,
        /// The latest place that there is.
        head: i64,
    },
    /// This event is not in the database now.
    #[error("{0} is in a partition of the archive that is not attached")]
    EventsDetached(Detached),
    /// The rules refuse.
    #[error("{rejection}")]
    Rejected {
        /// Why.
        rejection: Rejection,
        /// Where the campaign stands, if it is there.
        status: Option<Status>,
    },
    /// The machine failed.
    #[error("{}", failure_message(.0))]
    Failure(#[from] Failure),
    /// A read failed; the cause is in the log.
    #[error("The service cannot read its database now")]
    Unreadable,
}

/// An event that is not attached, as whoever asked names events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detached {
    /// By its journal.
    Position(i64),
    /// By its campaign.
    Version(Version),
}

impl fmt::Display for Detached {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Position(position) => write!(formatter, "Position {position}"),
            Self::Version(version) => write!(formatter, "Version {version} of the campaign"),
        }
    }
}

impl Problem {
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::InvalidRequest(message.into())
    }

    /// Logs a cause that callers must not see, once, and hides it.
    pub fn unreadable(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error, "failed to read");
        Self::Unreadable
    }

    fn kind(&self) -> (StatusCode, &'static str) {
        match self {
            Self::InvalidRequest(_) => (StatusCode::BAD_REQUEST, "invalid_request"),
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "unauthorized"),
            Self::NoSuchPath => (StatusCode::NOT_FOUND, "not_found"),
            Self::MethodNotAllowed(_) => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
            Self::BodyTooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, "body_too_large"),
            Self::BodyTooSlow => (StatusCode::REQUEST_TIMEOUT, "request_timeout"),
            Self::UnsupportedMedia => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type")
            }
            Self::VersionDiffers { .. } => (StatusCode::PRECONDITION_FAILED, "version_mismatch"),
            Self::DeletedThen { .. } => (StatusCode::NOT_FOUND, "campaign_deleted"),
            Self::NoSuchVersion { .. } => (StatusCode::NOT_FOUND, "version_not_found"),
            Self::KeyReused => (StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused"),
            Self::RateLimited(_) => (StatusCode::TOO_MANY_REQUESTS, "rate_limited"),
            Self::TooManyStreams(_) => (StatusCode::TOO_MANY_REQUESTS, "too_many_streams"),
            Self::NoSuchCheckpoint => (StatusCode::NOT_FOUND, "checkpoint_not_found"),
            Self::NoSuchEvent => (StatusCode::NOT_FOUND, "event_not_found"),
            Self::NotSealedYet { .. } => (StatusCode::NOT_FOUND, "not_sealed_yet"),
            Self::LedgerAltered => (StatusCode::INTERNAL_SERVER_ERROR, "ledger_altered"),
            Self::NoSuchEffect => (StatusCode::NOT_FOUND, "effect_not_found"),
            Self::NoSuchSender => (StatusCode::NOT_FOUND, "sender_not_found"),
            Self::SenderTaken => (StatusCode::CONFLICT, "sender_taken"),
            Self::TooManySenders(_) => (StatusCode::CONFLICT, "too_many_senders"),
            Self::EffectRefuses(..) => (StatusCode::CONFLICT, "effect_state"),
            Self::NoSuchJournal => (StatusCode::NOT_FOUND, "journal_not_found"),
            Self::NoSuchProjection => (StatusCode::NOT_FOUND, "projection_not_found"),
            Self::NoRebuild => (StatusCode::NOT_FOUND, "rebuild_not_found"),
            Self::RebuildUnderWay(_) => (StatusCode::CONFLICT, "rebuild_in_progress"),
            Self::NoSuchConsumer => (StatusCode::NOT_FOUND, "consumer_not_found"),
            Self::ConsumerLeased(_) => (StatusCode::CONFLICT, "consumer_leased"),
            Self::LeaseOver => (StatusCode::CONFLICT, "lease_over"),
            Self::CursorOutOfRange { .. } | Self::BeyondHead { .. } => {
                (StatusCode::BAD_REQUEST, "cursor_out_of_range")
            }
            Self::EventsDetached(_) => (StatusCode::GONE, "events_detached"),
            Self::Rejected { rejection, .. } => (rejection_status(rejection), rejection.code()),
            Self::Failure(Failure::Overloaded { .. }) => {
                (StatusCode::SERVICE_UNAVAILABLE, "overloaded")
            }
            Self::Failure(Failure::Unavailable) | Self::Unreadable => {
                (StatusCode::SERVICE_UNAVAILABLE, "unavailable")
            }
            Self::Failure(Failure::OutcomeUnknown) => {
                (StatusCode::SERVICE_UNAVAILABLE, "outcome_unknown")
            }
            Self::Failure(Failure::Refused) => {
                (StatusCode::INTERNAL_SERVER_ERROR, "internal_error")
            }
        }
    }

    /// The status as a number, for storing.
    pub fn status_number(&self) -> u16 {
        self.kind().0.as_u16()
    }

    fn headers(&self, answer: &mut HttpResponseBuilder) {
        match self {
            Self::Unauthorized => {
                answer.insert_header((WWW_AUTHENTICATE, "Bearer"));
            }
            Self::MethodNotAllowed(methods) => {
                answer.insert_header((ALLOW, methods.as_str()));
            }
            Self::RateLimited(seconds) => {
                answer.insert_header((RETRY_AFTER, seconds.to_string()));
            }
            Self::TooManyStreams(_) => {
                answer.insert_header((RETRY_AFTER, RETRY_SECONDS.to_string()));
            }
            Self::BodyTooLarge(_) | Self::BodyTooSlow => {
                answer.force_close();
            }
            _ if self.kind().0 == StatusCode::SERVICE_UNAVAILABLE => {
                answer.insert_header((RETRY_AFTER, RETRY_SECONDS.to_string()));
            }
            _ => {}
        }
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.kind().0
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.kind().0);
        self.headers(&mut answer);
        answer.content_type("application/json").body(self.body())
    }
}

/// An answer that was stored before, as it was.
pub(crate) fn stored_status(status: i16) -> StatusCode {
    u16::try_from(status)
        .ok()
        .and_then(|number| StatusCode::from_u16(number).ok())
        .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn rejection_status(rejection: &Rejection) -> StatusCode {
    match rejection {
        Rejection::NotFound
        | Rejection::NodeNotFound
        | Rejection::ProspectNotFound
        | Rejection::PermitNotFound => StatusCode::NOT_FOUND,
        Rejection::AlreadyExists
        | Rejection::NameTaken
        | Rejection::LaunchInProgress
        | Rejection::PermitClosed => StatusCode::CONFLICT,
        Rejection::NotActive(_)
        | Rejection::NotPaused(_)
        | Rejection::NotLaunchable(_)
        | Rejection::LaunchBlocked(_)
        | Rejection::NotLaunching(_)
        | Rejection::NotDraft(_)
        | Rejection::Sequence(_)
        | Rejection::UnfitSenders(_)
        | Rejection::SenderCount(_)
        | Rejection::AccountNotInCampaign
        | Rejection::ProspectCount(_)
        | Rejection::Unreachable { .. }
        | Rejection::IdentityRequired(_)
        | Rejection::IdentityTaken(_)
        | Rejection::ProspectTerminal(_)
        | Rejection::ProspectElsewhere(_)
        | Rejection::OtherChannel(_)
        | Rejection::NotRunning(_)
        | Rejection::PermitRefused { .. } => StatusCode::BAD_REQUEST,
    }
}

impl From<EraseError> for Problem {
    fn from(error: EraseError) -> Self {
        match error {
            EraseError::Failure(failure) => Self::Failure(failure),
            EraseError::Database(_) => Self::unreadable(&error),
        }
    }
}

impl From<Rejection> for Problem {
    /// A refusal that is not about a campaign that is there.
    fn from(rejection: Rejection) -> Self {
        Self::Rejected {
            rejection,
            status: None,
        }
    }
}

fn failure_message(failure: &Failure) -> &'static str {
    match failure {
        Failure::Overloaded { .. } => "The service is overloaded; nothing happened. Please retry.",
        Failure::Unavailable => "The service's database is away; nothing happened. Please retry.",
        Failure::OutcomeUnknown => {
            "Whether this happened is unknown. Read the campaign, or repeat the request with the \
             same Idempotency-Key."
        }
        Failure::Refused => "The service could not do this; nothing happened.",
    }
}
