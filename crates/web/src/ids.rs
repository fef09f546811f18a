//! Ids in paths and bodies, by the documented pattern.

use crate::problem::Problem;
use actix_web::HttpRequest;
use domain::CampaignId;
use serde::Deserialize;
use uuid::Uuid;

/// Characters of a UUID in its text form.
const HYPHENATED_CHARS: usize = 36;

/// Reads an id that is written as the documentation's pattern has it: RFC 9562 versions 1 to 8,
/// the nil UUID, and the max UUID in lower case.
///
/// ```
/// assert!(web::documented_uuid("8c2b2d4e-e29b-41d4-a716-446655440000").is_some());
/// assert!(web::documented_uuid("8c2b2d4e-e29b-91d4-a716-446655440000").is_none());
/// ```
#[must_use]
pub fn documented_uuid(text: &str) -> Option<Uuid> {
    let bytes: &[u8; 36] = text.as_bytes().try_into().ok()?;
    let documented = |(place, byte): (usize, &u8)| match place {
        8 | 13 | 18 | 23 => *byte == b'-',
        14 => matches!(byte, b'1'..=b'8'),
        19 => matches!(byte, b'8' | b'9' | b'a' | b'b' | b'A' | b'B'),
        _ => byte.is_ascii_hexdigit(),
    };
    let special = matches!(
        text,
        "00000000-0000-0000-0000-000000000000" | "ffffffff-ffff-ffff-ffff-ffffffffffff"
    );
    if !special && !bytes.iter().enumerate().all(documented) {
        return None;
    }
    Uuid::try_parse(text).ok()
}

/// Reads a campaign's id, written as [`documented_uuid`] has it.
#[must_use]
pub fn parse_campaign_id(text: &str) -> Option<CampaignId> {
    documented_uuid(text).map(CampaignId)
}

/// An id in a body, written as [`documented_uuid`] has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct DocumentedUuid(pub Uuid);

/// A user's id in a body. Users belong to the system that owns them, so any UUID in the text form of RFC
/// 9562 is one, whatever its version; the documented pattern is that of ids in paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct UserUuid(pub Uuid);

impl TryFrom<String> for UserUuid {
    type Error = NotDocumented;

    fn try_from(text: String) -> Result<Self, NotDocumented> {
        // The parser takes other writings too, which are of another length.
        let is_hyphenated = text.len() == HYPHENATED_CHARS;
        let id = Uuid::try_parse(&text).ok().filter(|_| is_hyphenated);
        id.map(Self).ok_or(NotDocumented)
    }
}

/// Not written as it must be.
#[derive(Debug, thiserror::Error)]
#[error("expected a UUID")]
pub(crate) struct NotDocumented;

impl TryFrom<String> for DocumentedUuid {
    type Error = NotDocumented;

    fn try_from(text: String) -> Result<Self, NotDocumented> {
        documented_uuid(&text).map(Self).ok_or(NotDocumented)
    }
}

/// The campaign's id in the request's path.
pub(crate) fn campaign_id(request: &HttpRequest) -> Result<CampaignId, Problem> {
    id_in_path(request, "id", "campaign").map(CampaignId)
}

/// The id in the request's path that the route calls `segment`, of a `thing`.
pub(crate) fn id_in_path(
    request: &HttpRequest,
    segment: &str,
    thing: &str,
) -> Result<Uuid, Problem> {
    let raw = request.match_info().get(segment).unwrap_or_default();
    documented_uuid(raw).ok_or_else(|| Problem::invalid(format!("The {thing} id must be a UUID")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_as_the_documented_pattern_has_them() {
        for good in [
            "8c2b2d4e-e29b-41d4-a716-446655440000",
            "8C2B2D4E-E29B-81D4-B716-446655440000",
            "00000000-0000-0000-0000-000000000000",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
        ] {
            assert!(parse_campaign_id(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "not-a-uuid",
            "8c2b2d4e-e29b-91d4-a716-446655440000",
            "8c2b2d4e-e29b-01d4-a716-446655440000",
            "8c2b2d4e-e29b-41d4-c716-446655440000",
            "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
            "8c2b2d4ee29b41d4a716446655440000",
            "{8c2b2d4e-e29b-41d4-a716-446655440000}",
            "8c2b2d4e-e29b-41d4-a716-44665544000é",
        ] {
            assert!(parse_campaign_id(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_users_id_is_any_uuid_in_its_text_form() {
        for text in [
            "11111111-1111-1111-1111-111111111111",
            "8C2B2D4E-E29B-91D4-C716-446655440000",
            "00000000-0000-0000-0000-000000000000",
            "FFFFFFFF-ffff-FFFF-ffff-FFFFFFFFFFFF",
        ] {
            assert!(UserUuid::try_from(text.to_owned()).is_ok(), "{text}");
        }
        for text in [
            "",
            "11111111111111111111111111111111",
            "{11111111-1111-1111-1111-111111111111}",
            "urn:uuid:11111111-1111-1111-1111-111111111111",
            "11111111-1111-1111-1111-11111111111g",
            "111111111-111-1111-1111-111111111111",
            "11111111-1111-1111-1111-1111111111 1",
        ] {
            assert!(UserUuid::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
