//! Campaign ids in paths, by the documented pattern.

use crate::problem::Problem;
use actix_web::HttpRequest;
use domain::CampaignId;
use uuid::Uuid;

/// Reads an id that is written as the documentation's pattern has it: RFC 9562 versions 1 to 8,
/// the nil UUID, and the max UUID in lower case.
///
/// ```
/// assert!(web::parse_campaign_id("8c2b2d4e-e29b-41d4-a716-446655440000").is_some());
/// assert!(web::parse_campaign_id("8c2b2d4e-e29b-91d4-a716-446655440000").is_none());
/// ```
#[must_use]
pub fn parse_campaign_id(text: &str) -> Option<CampaignId> {
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
    Uuid::try_parse(text).ok().map(CampaignId)
}

/// The id in the request's path.
pub(crate) fn campaign_id(request: &HttpRequest) -> Result<CampaignId, Problem> {
    let raw = request.match_info().get("id").unwrap_or_default();
    parse_campaign_id(raw).ok_or_else(|| Problem::invalid("The campaign id must be a UUID"))
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
}
