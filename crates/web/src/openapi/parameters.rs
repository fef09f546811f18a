//! Parameters and answers that many calls have alike.

use super::values::{EffectIdSchema, TokenIdSchema};
use crate::ids::DocumentedUuid;
use crate::problem::ErrorJson;

/// The campaign of the path.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes what `campaign_id` reads from the path")]
pub(crate) struct CampaignPath {
    /// The campaign's id.
    #[param(value_type = DocumentedUuid, inline)]
    id: String,
}

/// The effect of the path.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes what `effects` reads from the path")]
pub(crate) struct EffectPath {
    /// The effect's id, `<journal>-<position>`.
    #[param(value_type = EffectIdSchema, inline)]
    id: String,
}

/// The waitpoint token of the path.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes what `tokens` reads from the path")]
pub(crate) struct TokenPath {
    /// The token's id; what cannot be one is no token's (404).
    #[param(value_type = TokenIdSchema, inline)]
    id: String,
}

/// The step of the path.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes what `id_in_path` reads from the path")]
pub(crate) struct NodePath {
    /// The campaign's id.
    #[param(value_type = DocumentedUuid, inline)]
    id: String,
    /// The step's id.
    #[param(rename = "nodeId", value_type = DocumentedUuid, inline)]
    node_id: String,
}

/// What a request that may be repeated may be asked with.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes what `idempotency` reads")]
pub(crate) struct RepeatParameters {
    /// The first answer is stored and given again to a repeated request.
    #[param(
        rename = "Idempotency-Key",
        pattern = r"^[!#-~]{1,255}$",
        example = "create-monday-1"
    )]
    idempotency_key: Option<String>,
}

/// What a read that tells a version may be asked with.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes what `precondition` reads")]
pub(crate) struct ReadCondition {
    /// What `ETag` told of the campaign: if it is still so, the answer is 304.
    #[param(
        rename = "If-None-Match",
        pattern = r#"^([ \t]*\*[ \t]*|[ \t,]*((W/)?"[!#-~\x80-\xff]*"[ \t]*(,[ \t,]*(W/)?"[!#-~\x80-\xff]*"[ \t]*){0,31}(,[ \t,]*)?)?)$"#,
        example = "\"7\""
    )]
    if_none_match: Option<String>,
}

/// What every change of a campaign may be asked with.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(
    dead_code,
    reason = "describes what `precondition` and `idempotency` read"
)]
pub(crate) struct ChangeParameters {
    /// Versions of the campaign, as `ETag` tells them: at any other the answer is 412 and nothing
    /// happens.
    #[param(
        rename = "If-Match",
        pattern = r#"^(\*|"[0-9]{1,18}"(, "[0-9]{1,18}"){0,31})$"#,
        example = "\"7\""
    )]
    if_match: Option<String>,
    /// The first answer is stored and given again to a repeated request.
    #[param(
        rename = "Idempotency-Key",
        pattern = r"^[!#-~]{1,255}$",
        example = "pause-monday-1"
    )]
    idempotency_key: Option<String>,
}

/// How every change of a campaign may be refused, beside the rules' own refusals.
#[derive(utoipa::IntoResponses)]
pub(crate) enum ChangeRefusals {
    /// `version_mismatch`: the campaign is at a version that `If-Match` or `If-None-Match` excludes.
    #[response(status = 412)]
    #[expect(dead_code, reason = "describes an answer")]
    VersionDiffers(#[to_schema] ErrorJson),
    /// `idempotency_key_reused`: the key belongs to another request.
    #[response(status = 422)]
    #[expect(dead_code, reason = "describes an answer")]
    KeyReused(#[to_schema] ErrorJson),
}

/// The sender account of the path.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes what `id_in_path` reads from the path")]
pub(crate) struct SenderPath {
    /// The account's id.
    #[param(value_type = DocumentedUuid, inline)]
    id: String,
}
