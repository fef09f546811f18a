//! What the maker of a token wishes for: the body of "create", read and held to the contract.

use super::body::{text, unfit};
use super::refusal::Refusal;
use super::times;
use crate::json::{Fields, Json};
use chrono::{DateTime, Utc};
use waitpoints::{IdempotencyKey, NewToken, Registration};

/// The longest idempotency key, in JavaScript's characters.
const KEY_UNITS_MAX: usize = 2_048;
/// The longest tag, in JavaScript's characters.
const TAG_UNITS_MAX: usize = 128;
/// Tags of one token.
const TAGS_MAX: usize = 10;

/// Reads a wish. Fields that are not known are ignored, as the platform does.
pub(crate) fn read(fields: &Fields<'_>, now: DateTime<Utc>) -> Result<NewToken, Refusal> {
    let key = text(fields, "idempotencyKey")?;
    if key.as_ref().is_some_and(|key| KEY_UNITS_MAX < units(key)) {
        return invalid(format!(
            "idempotencyKey must be {KEY_UNITS_MAX} characters or less"
        ));
    }
    let lifetime = text(fields, "idempotencyKeyTTL")?;
    let lifetime = lifetime.as_deref();
    let tags = tags(fields.get("tags"))?;
    let registration =
        Registration::of_tags(&tags).map_err(|bad| Refusal::Invalid(bad.to_string()))?;
    Ok(NewToken {
        registration,
        tags,
        timeout_at: timeout(fields.get("timeout"), now)?,
        idempotency_key: key.filter(|key| !key.is_empty()).map(|key| IdempotencyKey {
            key: key.into_owned(),
            expires_at: lifetime.and_then(|lifetime| times::key_expiry(lifetime, now)),
        }),
        ..NewToken::default()
    })
}

fn timeout(value: Option<Json<'_>>, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Refusal> {
    let Some(value) = value else {
        return Ok(None);
    };
    if value.is_string() {
        let text = value.string();
        let text = text.map_err(|complaint| unfit(complaint, "timeout"))?;
        return Ok(times::timeout(&text, now));
    }
    match value.number() {
        Some(at) => Ok(times::timeout_at(at, now)),
        None => invalid("timeout must be a string or a date"),
    }
}

/// One tag or several, without blank ones.
fn tags(value: Option<Json<'_>>) -> Result<Vec<String>, Refusal> {
    let Some(value) = value else {
        return Ok(Vec::new());
    };
    let several = value.items().unwrap_or_else(|| vec![value]);
    let mut given = Vec::with_capacity(several.len());
    for tag in several {
        if !tag.is_string() {
            return invalid("tags must be a string or an array of strings");
        }
        let tag = tag.string().map_err(|complaint| unfit(complaint, "tags"))?;
        given.push(tag.into_owned());
    }
    if given.iter().any(|tag| TAG_UNITS_MAX < units(tag)) {
        return invalid(format!("a tag must be {TAG_UNITS_MAX} characters or less"));
    }
    if TAGS_MAX < given.len() {
        let (most, count) = (TAGS_MAX, given.len());
        return Err(Refusal::TooManyTags { most, count });
    }
    let blank = |tag: &String| tag.trim().is_empty();
    Ok(given.into_iter().filter(|tag| !blank(tag)).collect())
}

fn invalid<T>(message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Invalid(message.into()))
}

/// The length of a text as JavaScript counts it.
fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::body::object;
    use serde_json::{Value, json};

    fn now() -> DateTime<Utc> {
        "2026-11-25T12:00:00Z".parse().unwrap()
    }

    fn wish(fields: Value) -> Result<NewToken, Refusal> {
        read(&object(fields.to_string().as_bytes())?, now())
    }

    #[test]
    fn nothing_is_a_wish_too() {
        let new = wish(json!({"more": null})).unwrap();

        assert!(new.tags.is_empty() && new.idempotency_key.is_none() && new.timeout_at.is_none());
    }

    #[test]
    fn a_wish_may_have_a_timeout_a_key_and_tags() {
        let fields = json!({
            "timeout": "10m", "idempotencyKey": "k", "idempotencyKeyTTL": "1h", "tags": ["a", " ", "b"],
        });

        let new = wish(fields).unwrap();

        assert_eq!(
            new.timeout_at,
            Some("2026-11-25T12:10:00Z".parse().unwrap())
        );
        let expires_at = Some("2026-11-25T13:00:00Z".parse().unwrap());
        let key = "k".to_owned();
        assert_eq!(
            new.idempotency_key,
            Some(IdempotencyKey { key, expires_at })
        );
        assert_eq!(new.tags, ["a", "b"]);
        assert_eq!(wish(json!({"tags": "one"})).unwrap().tags, ["one"]);
    }

    #[test]
    fn lengths_are_counted_as_javascript_does() {
        let (fits, too_long) = ("𝄐".repeat(64), "𝄐".repeat(65));

        assert!(wish(json!({"tags": fits})).is_ok());
        assert!(wish(json!({"tags": too_long})).is_err());
        assert!(wish(json!({"idempotencyKey": "k".repeat(2_048)})).is_ok());
        assert!(wish(json!({"idempotencyKey": "k".repeat(2_049)})).is_err());
    }

    #[test]
    fn eleven_tags_are_too_many() {
        let tags: Vec<String> = (0..11).map(|number| number.to_string()).collect();

        assert!(wish(json!({"tags": tags[..10]})).is_ok());
        let refusal = Refusal::TooManyTags {
            most: 10,
            count: 11,
        };
        assert_eq!(wish(json!({"tags": tags})).unwrap_err(), refusal);
    }

    #[test]
    fn fields_of_another_type_are_refused() {
        for fields in [
            json!({"idempotencyKey": 1}),
            json!({"idempotencyKey": null}),
            json!({"idempotencyKeyTTL": 60}),
            json!({"timeout": true}),
            json!({"timeout": null}),
            json!({"tags": 1}),
            json!({"tags": [1]}),
        ] {
            assert!(
                matches!(wish(fields.clone()), Err(Refusal::Invalid(_))),
                "{fields}"
            );
        }
    }
}
