//! `ETag` and `If-Match`: a campaign's version as an entity tag (RFC 9110, sections 8.8.3 and
//! 13.1.1).

use crate::problem::Problem;
use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, IF_MATCH};
use commands::Expected;
use domain::Version;

/// Tags that one `If-Match` may list.
const TAGS_MAX: usize = 32;

/// The entity tag of a campaign at `version`.
pub(crate) fn etag(version: Version) -> String {
    format!("\"{version}\"")
}

/// The condition that the request sets, if it sets one. Weak tags and tags that are no version
/// match nothing, as the RFC has it.
pub(crate) fn expected(request: &HttpRequest) -> Result<Option<Expected>, Problem> {
    parse(request.headers())
}

fn parse(headers: &HeaderMap) -> Result<Option<Expected>, Problem> {
    let malformed = || Problem::invalid("If-Match must be * or a list of quoted versions");
    let mut versions = Vec::new();
    let mut present = false;
    for value in headers.get_all(IF_MATCH) {
        present = true;
        let text = value.to_str().map_err(|_| malformed())?.trim();
        if text == "*" {
            return Ok(Some(Expected::Any));
        }
        for tag in text.split(',').map(str::trim) {
            let opaque = tag.strip_prefix("W/").unwrap_or(tag);
            let inner = opaque
                .strip_prefix('"')
                .and_then(|rest| rest.strip_suffix('"'));
            let inner = inner
                .filter(|inner| !inner.contains('"'))
                .ok_or_else(malformed)?;
            if opaque == tag
                && let Ok(version) = inner.parse()
            {
                versions.push(Version(version));
            }
        }
        if TAGS_MAX < versions.len() {
            return Err(malformed());
        }
    }
    Ok(present.then_some(Expected::OneOf(versions)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn parsed(value: &'static str) -> Result<Option<Expected>, Problem> {
        let mut headers = HeaderMap::new();
        headers.insert(IF_MATCH, HeaderValue::from_static(value));
        parse(&headers)
    }

    #[test]
    fn a_list_of_tags_is_a_choice_of_versions() {
        let versions = vec![Version(3), Version(7)];

        assert_eq!(
            parsed("\"3\", \"7\"").unwrap(),
            Some(Expected::OneOf(versions))
        );
        assert_eq!(parsed("*").unwrap(), Some(Expected::Any));
    }

    #[test]
    fn weak_and_foreign_tags_match_nothing() {
        for value in ["W/\"3\"", "\"abc\""] {
            assert_eq!(
                parsed(value).unwrap(),
                Some(Expected::OneOf(vec![])),
                "{value}"
            );
        }
    }

    #[test]
    fn an_unquoted_tag_is_an_error() {
        for value in ["3", "\"3", "", "\"3\",", "\"3\"\"4\""] {
            assert!(parsed(value).is_err(), "{value}");
        }
    }
}
