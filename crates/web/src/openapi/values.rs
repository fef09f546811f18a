//! Schemas of values that `domain` owns, which knows nothing of documents.
//!
//! Words come from the domain's own lists, so that a new one is in the document by itself.

use crate::ids::{DocumentedUuid, UserUuid};
use domain::{
    ChannelKind, NodeKind, PermitState, Progress, ProspectStatus, SendFailure, SendKind, Status,
    TokenKind,
};
use outbox::EffectState;
use std::borrow::Cow;
use std::marker::PhantomData;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{
    AdditionalProperties, ArrayBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type,
};
use utoipa::{PartialSchema, ToSchema};

/// The documented pattern of ids: RFC 9562 versions 1 to 8, nil and max.
const UUID_PATTERN: &str = "^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}|00000000-0000-0000-0000-000000000000|ffffffff-ffff-ffff-ffff-ffffffffffff)$";
const UUID_EXAMPLE: &str = "8c2b2d4e-e29b-41d4-a716-446655440000";
const USER_EXAMPLE: &str = "11111111-1111-1111-1111-111111111111";
const EFFECT_ID_PATTERN: &str = "^(0|[1-9][0-9]{0,3})-[1-9][0-9]{0,17}$";
const TOKEN_ID_PATTERN: &str = "^(waitpoint_)?[0-9a-z]{1,64}$";
const TIME_PATTERN: &str = "^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$";

impl PartialSchema for DocumentedUuid {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
            .pattern(Some(UUID_PATTERN))
            .examples([UUID_EXAMPLE])
            .into()
    }
}

impl ToSchema for DocumentedUuid {
    fn name() -> Cow<'static, str> {
        "Id".into()
    }
}

impl PartialSchema for UserUuid {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
            .description(Some("Any UUID (RFC 9562)"))
            .examples([USER_EXAMPLE])
            .into()
    }
}

impl ToSchema for UserUuid {
    fn name() -> Cow<'static, str> {
        "UserId".into()
    }
}

/// One of a list of words of the domain.
pub(crate) struct Words<Word>(PhantomData<Word>);

/// What a list of words is called, and the words.
pub(crate) trait Worded {
    const NAME: &'static str;
    fn words() -> Vec<&'static str>;
}

impl<Word: Worded> PartialSchema for Words<Word> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(Word::words()))
            .into()
    }
}

impl<Word: Worded> ToSchema for Words<Word> {
    fn name() -> Cow<'static, str> {
        Word::NAME.into()
    }
}

/// Where a campaign stands.
pub(crate) type CampaignStatus = Words<Status>;

impl Worded for Status {
    const NAME: &'static str = "CampaignStatus";
    fn words() -> Vec<&'static str> {
        Self::ALL.map(Self::as_str).to_vec()
    }
}

/// What a campaign sends on.
pub(crate) type ChannelWord = Words<ChannelKind>;

impl Worded for ChannelKind {
    const NAME: &'static str = "CampaignType";
    fn words() -> Vec<&'static str> {
        [Self::Email, Self::Linkedin].map(Self::as_str).to_vec()
    }
}

/// Where a prospect stands.
pub(crate) type ProspectWord = Words<ProspectStatus>;

impl Worded for ProspectStatus {
    const NAME: &'static str = "ProspectStatus";
    fn words() -> Vec<&'static str> {
        Self::ALL.map(Self::as_str).to_vec()
    }
}

/// What a step does.
pub(crate) type NodeWord = Words<NodeKind>;

impl Worded for NodeKind {
    const NAME: &'static str = "NodeType";
    fn words() -> Vec<&'static str> {
        let sending = [Self::Email, Self::ConnectionRequest, Self::Message];
        let other = [Self::Delay, Self::Ai, Self::End];
        sending.into_iter().chain(other).map(Self::as_str).collect()
    }
}

/// Where an effect is.
pub(crate) type EffectWord = Words<EffectState>;

impl Worded for EffectState {
    const NAME: &'static str = "EffectState";
    fn words() -> Vec<&'static str> {
        Self::ALL.map(Self::as_str).to_vec()
    }
}

/// What a permit allows to send.
pub(crate) type SendWord = Words<SendKind>;

impl Worded for SendKind {
    const NAME: &'static str = "SendKind";
    fn words() -> Vec<&'static str> {
        Self::ALL.map(Self::as_str).to_vec()
    }
}

/// What a token waits for.
pub(crate) type TokenKindWord = Words<TokenKind>;

impl Worded for TokenKind {
    const NAME: &'static str = "TokenKind";
    fn words() -> Vec<&'static str> {
        Self::ALL.map(Self::as_str).to_vec()
    }
}

/// What became of a permit.
pub(crate) type PermitStateWord = Words<PermitState>;

impl Worded for PermitState {
    const NAME: &'static str = "PermitState";
    fn words() -> Vec<&'static str> {
        Self::ALL.map(Self::as_str).to_vec()
    }
}

/// An effect's id: its journal and the position of its event.
pub(crate) struct EffectIdSchema;

impl PartialSchema for EffectIdSchema {
    fn schema() -> RefOr<Schema> {
        text(EFFECT_ID_PATTERN, "2-1234")
    }
}

impl ToSchema for EffectIdSchema {
    fn name() -> Cow<'static, str> {
        "EffectId".into()
    }
}

/// A built-in token's id.
pub(crate) struct TokenIdSchema;

impl PartialSchema for TokenIdSchema {
    fn schema() -> RefOr<Schema> {
        text(TOKEN_ID_PATTERN, "waitpoint_cmgq2k1abcdefghijklmnop01")
    }
}

impl ToSchema for TokenIdSchema {
    fn name() -> Cow<'static, str> {
        "TokenId".into()
    }
}

fn text(pattern: &str, example: &str) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some(pattern))
        .examples([example])
        .into()
}

impl Worded for Progress {
    const NAME: &'static str = "Progress";
    fn words() -> Vec<&'static str> {
        Self::ALL.map(Self::as_str).to_vec()
    }
}

impl Worded for SendFailure {
    const NAME: &'static str = "SendFailure";
    fn words() -> Vec<&'static str> {
        Self::ALL.map(Self::as_str).to_vec()
    }
}

/// A week's schedule.
pub(crate) struct HoursSchema;

impl PartialSchema for HoursSchema {
    fn schema() -> RefOr<Schema> {
        let time = |example: &str| {
            ObjectBuilder::new()
                .schema_type(Type::String)
                .pattern(Some(TIME_PATTERN))
                .examples([example])
        };
        let interval = || {
            ObjectBuilder::new()
                .property("from", time("09:00"))
                .property("to", time("17:30"))
                .required("from")
                .required("to")
                .description(Some(
                    "Open from `from` until just before `to`, which is later",
                ))
                .additional_properties(Some(AdditionalProperties::FreeForm(false)))
        };
        let zone = ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("An IANA time zone"))
            .examples(["Europe/Paris"]);
        let week = [
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
            "sunday",
        ];
        let hours = ObjectBuilder::new()
            .property("time_zone", zone)
            .required("time_zone")
            .description(Some(
                "When sends may go out; a day that is not named is closed",
            ))
            .additional_properties(Some(AdditionalProperties::FreeForm(false)));
        week.into_iter()
            .fold(hours, |hours, day| {
                hours.property(day, ArrayBuilder::new().items(interval()))
            })
            .into()
    }
}

impl ToSchema for HoursSchema {
    fn name() -> Cow<'static, str> {
        "OperatingHours".into()
    }
}

/// The documented counters of a campaign.
pub(crate) struct StatsSchema;

impl PartialSchema for StatsSchema {
    fn schema() -> RefOr<Schema> {
        let count = || {
            ObjectBuilder::new()
                .schema_type(Type::Integer)
                .minimum(Some(0))
        };
        let counters = [
            "total",
            "sent",
            "replied",
            "bounced",
            "completed",
            "timed_out",
            "connection_sent",
            "connected",
            "message_sent",
        ];
        counters
            .into_iter()
            .fold(ObjectBuilder::new(), |stats, name| {
                stats.property(name, count())
            })
            .required("total")
            .required("replied")
            .description(Some("`null` before the first launch"))
            .additional_properties(Some(AdditionalProperties::FreeForm(false)))
            .into()
    }
}

impl ToSchema for StatsSchema {
    fn name() -> Cow<'static, str> {
        "Stats".into()
    }
}
