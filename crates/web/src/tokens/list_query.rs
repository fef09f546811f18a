//! What a list is asked for (the contract, "list query"). Unlike the rest of the API it is strict:
//! a filter that is not understood must not select everything.

use super::refusal::{BadParameter, Refusal};
use super::times;
use crate::target;
use actix_web::web::Query;
use chrono::{DateTime, Utc};
use std::num::NonZeroU16;
use waitpoints::{Cursor, Filter, TokenId, TokenStatus};

const SIZE_DEFAULT: u16 = 25;
const SIZE_MAX: u16 = 100;
/// Tags, or states, of one filter.
const CHOICES_MAX: usize = 100;

/// A page to be read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub filter: Filter,
    pub cursor: Cursor,
    pub size: NonZeroU16,
}

type Pairs = Vec<(String, String)>;

/// Reads a query string. Parameters that are not known are ignored, as the platform does.
pub(crate) fn read(query: &str, now: DateTime<Utc>) -> Result<Asked, Refusal> {
    if !target::is_text(query) {
        return Err(refuse("query", target::MESSAGE));
    }
    let pairs = Query::<Pairs>::from_query(query)
        .map(Query::into_inner)
        .map_err(|_| refuse("query", "must be a query string"))?;
    let mut filter = Filter::default();
    let (mut size, mut after, mut before) = (SIZE_DEFAULT, None, None);
    for (name, value) in &pairs {
        match name.as_str() {
            "page[size]" => size = self::size(value)?,
            "page[after]" => after = Some(cursor("page[after]", value)?),
            "page[before]" => before = Some(cursor("page[before]", value)?),
            "filter[status]" => filter.statuses = statuses(value)?,
            "filter[idempotencyKey]" => filter.idempotency_key = Some(value.clone()),
            "filter[tags]" => filter.tags = choices("filter[tags]", value)?,
            "filter[createdAt][period]" => {
                let from = times::period_start(value, now);
                filter.created_from = Some(from.ok_or_else(not_a_period)?);
            }
            "filter[createdAt][from]" => filter.created_from = Some(instant(value)?),
            "filter[createdAt][to]" => filter.created_to = Some(instant(value)?),
            _ => {}
        }
    }
    Ok(Asked {
        filter,
        cursor: match (before, after) {
            (Some(before), _) => Cursor::Before(before),
            (None, Some(after)) => Cursor::After(after),
            (None, None) => Cursor::Start,
        },
        size: NonZeroU16::new(size).unwrap_or(NonZeroU16::MIN),
    })
}

fn size(value: &str) -> Result<u16, Refusal> {
    let size = value.parse().ok();
    size.filter(|size| (1..=SIZE_MAX).contains(size))
        .ok_or_else(|| refuse("page[size]", "must be a whole number from 1 to 100"))
}

fn cursor(name: &'static str, value: &str) -> Result<TokenId, Refusal> {
    value
        .parse()
        .map_err(|_| refuse(name, "must be a cursor that a list gave"))
}

fn statuses(value: &str) -> Result<Vec<TokenStatus>, Refusal> {
    let words = choices("filter[status]", value)?;
    let status = |word: &String| TokenStatus::from_wire(word);
    let all: Option<Vec<TokenStatus>> = words.iter().map(status).collect();
    all.ok_or_else(|| {
        refuse(
            "filter[status]",
            "must be a list of WAITING, COMPLETED and TIMED_OUT",
        )
    })
}

fn choices(name: &'static str, value: &str) -> Result<Vec<String>, Refusal> {
    let choices: Vec<String> = value
        .split(',')
        .filter(|choice| !choice.is_empty())
        .map(str::to_owned)
        .collect();
    if CHOICES_MAX < choices.len() {
        return Err(refuse(name, "must be a list of at most 100"));
    }
    Ok(choices)
}

fn instant(value: &str) -> Result<DateTime<Utc>, Refusal> {
    times::instant(value).ok_or_else(|| {
        refuse(
            "filter[createdAt]",
            "must be milliseconds since the epoch or an ISO date",
        )
    })
}

fn not_a_period() -> Refusal {
    refuse(
        "filter[createdAt][period]",
        "must be a period such as 24h or 7d",
    )
}

fn refuse(name: &'static str, message: &'static str) -> Refusal {
    Refusal::Query(vec![BadParameter { name, message }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    fn now() -> DateTime<Utc> {
        "2026-11-25T12:00:00Z".parse().unwrap()
    }

    fn asked(query: &str) -> Result<Asked, Refusal> {
        read(query, now())
    }

    #[test]
    fn without_a_query_the_newest_25_are_listed() {
        let asked = asked("").unwrap();

        assert_eq!((asked.size.get(), asked.cursor), (25, Cursor::Start));
        assert_eq!(asked.filter, Filter::default());
    }

    #[test]
    fn filters_arrive_encoded() {
        let query = "page%5Bsize%5D=100&filter%5Bstatus%5D=WAITING%2CTIMED_OUT\
                     &filter%5Btags%5D=campaign%3A1%2Ctwo+words&filter%5BidempotencyKey%5D=k\
                     &filter%5BcreatedAt%5D%5Bperiod%5D=24h";

        let asked = asked(query).unwrap();

        assert_eq!(asked.size.get(), 100);
        let expected = Filter {
            statuses: vec![TokenStatus::Waiting, TokenStatus::TimedOut],
            tags: vec!["campaign:1".to_owned(), "two words".to_owned()],
            idempotency_key: Some("k".to_owned()),
            created_from: Some(now() - TimeDelta::hours(24)),
            created_to: None,
        };
        assert_eq!(asked.filter, expected);
    }

    #[test]
    fn a_page_before_wins_over_a_page_after() {
        let asked = asked("page[after]=ca&page[before]=waitpoint_cb").unwrap();

        assert_eq!(asked.cursor, Cursor::Before("cb".parse().unwrap()));
    }

    #[test]
    fn what_is_not_understood_is_refused_by_name() {
        for (query, name) in [
            ("page[size]=0", "page[size]"),
            ("page[size]=101", "page[size]"),
            ("page[size]=ten", "page[size]"),
            ("page[after]=%2F..", "page[after]"),
            ("page[before]=A", "page[before]"),
            ("filter[status]=DONE", "filter[status]"),
            (
                "filter[createdAt][period]=ever",
                "filter[createdAt][period]",
            ),
            ("filter[createdAt][from]=then", "filter[createdAt]"),
            ("filter[createdAt][to]=", "filter[createdAt]"),
        ] {
            let Err(Refusal::Query(details)) = asked(query) else {
                panic!("{query} was understood");
            };
            assert_eq!(details[0].name, name, "{query}");
        }
    }
}
