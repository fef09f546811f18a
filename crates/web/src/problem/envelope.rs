//! The one shape of every error, and what each says beside its message.

use super::{Detached, Problem};
use domain::Status;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// The one shape of every error.
#[derive(Serialize, ToSchema)]
#[schema(as = Error)]
pub(crate) struct ErrorJson {
    error: Envelope,
}

/// What is wrong.
#[derive(Serialize, ToSchema)]
#[schema(as = ErrorEnvelope)]
pub(crate) struct Envelope {
    /// For programs; never changes.
    #[schema(pattern = "^[a-z][a-z_]*$", example = "campaign_not_active")]
    code: &'static str,
    /// For people; the documented text where one is documented.
    #[schema(example = "Only active campaigns can be paused")]
    message: String,
    /// What there is to say beside, such as `current_status`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, nullable = false, example = json!({"current_status": "paused"}))]
    details: Option<Value>,
}

impl Problem {
    fn details(&self) -> Option<Value> {
        match self {
            Self::VersionDiffers { version, status } => {
                let mut details = standing(*status);
                details.insert("current_version".to_owned(), json!(version.0));
                Some(Value::Object(details))
            }
            Self::DeletedThen { version } => Some(json!({"deleted_version": version.0})),
            Self::NoSuchVersion { current } => Some(json!({"current_version": current.0})),
            Self::MethodNotAllowed(methods) => Some(json!({"allowed_methods": methods})),
            Self::RateLimited(seconds) => Some(json!({"retry_after_seconds": seconds})),
            Self::EffectRefuses(_, state) => Some(json!({"state": state.as_str()})),
            Self::ConsumerLeased(reading) => {
                let until = reading.leased_until;
                Some(json!({"holder": reading.holder, "leased_until": until}))
            }
            Self::CursorOutOfRange { cursor, head } => {
                Some(json!({"cursor": cursor, "head": head}))
            }
            Self::BeyondHead { head, .. } => Some(json!({"head": head})),
            Self::EventsDetached(Detached::Position(position)) => {
                Some(json!({"position": position}))
            }
            Self::EventsDetached(Detached::Version(version)) => Some(json!({"version": version.0})),
            Self::Rejected { status, .. } => status.map(standing).map(Value::Object),
            _ => None,
        }
    }

    /// What is wrong, as it is told.
    pub fn envelope(&self) -> Envelope {
        Envelope {
            code: self.kind().1,
            message: self.to_string(),
            details: self.details(),
        }
    }

    /// The body that the answer has, also when it is stored for a repeated request.
    pub fn body(&self) -> String {
        let error = self.envelope();
        // An envelope always has a JSON: its keys are text.
        serde_json::to_string(&ErrorJson { error }).unwrap_or_default()
    }
}

/// Where a campaign stands, and what may be asked of it there.
fn standing(status: Status) -> Map<String, Value> {
    let actions = status.allowed_actions().iter();
    let actions: Vec<&str> = actions.map(|action| action.as_str()).collect();
    Map::from_iter([
        ("current_status".to_owned(), json!(status.as_str())),
        ("allowed_actions".to_owned(), json!(actions)),
    ])
}
