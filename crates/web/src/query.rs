//! The query of a request: the one place where its parameters are taken apart.
//!
//! A change refuses what it does not know ([`refuse_unknown`]): `?dryRun=true` must not delete. Which
//! parameters an operation knows is read from the listener's OpenAPI document, so there is no second
//! list. A read of the public API ignores what it does not know, as the documented contract has it; those of
//! the internal listener say by `deny_unknown_fields` that they do not. Nowhere may a parameter that is
//! known be given twice, and no refusal repeats what was sent.

use crate::problem::Problem;
use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::web::{Data, Query};
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::{Operation, ParameterIn, PathItem};

/// The query's parameters in their order.
type Pairs = Vec<(String, String)>;

/// Which query parameters each operation of a listener knows, in their documented order.
#[derive(Debug, Default)]
pub(crate) struct Known(BTreeMap<(String, &'static str), Vec<String>>);

impl Known {
    /// As the listener's document has them.
    pub fn of(document: &OpenApi) -> Self {
        let mut known = BTreeMap::new();
        for (path, item) in &document.paths.paths {
            for (method, operation) in operations(item) {
                known.insert((path.clone(), method), parameters(operation));
            }
        }
        Self(known)
    }

    fn of_operation(&self, path: &str, method: &Method) -> &[String] {
        let mut operations = self.0.iter();
        let found = operations.find(|((known, its), _)| known == path && *its == method.as_str());
        found.map(|(_, names)| names.as_slice()).unwrap_or_default()
    }
}

fn operations(item: &PathItem) -> impl Iterator<Item = (&'static str, &Operation)> {
    let all = [
        ("GET", &item.get),
        ("POST", &item.post),
        ("PUT", &item.put),
        ("PATCH", &item.patch),
        ("DELETE", &item.delete),
    ];
    all.into_iter()
        .filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

fn parameters(operation: &Operation) -> Vec<String> {
    let all = operation.parameters.iter().flatten();
    all.filter(|parameter| matches!(parameter.parameter_in, ParameterIn::Query))
        .map(|parameter| parameter.name.clone())
        .collect()
}

/// Refuses a change whose query has a parameter that the operation does not know.
pub(crate) fn refuse_unknown(request: &HttpRequest) -> Result<(), Problem> {
    unknown_to_change(request).map_or(Ok(()), |complaint| Err(Problem::invalid(complaint)))
}

/// What is wrong if the query of a change has a parameter that the operation does not know.
pub(crate) fn unknown_to_change(request: &HttpRequest) -> Option<String> {
    if request.method().is_safe() || request.query_string().is_empty() {
        return None;
    }
    unknown(request)
}

/// What is wrong if the query has a parameter that the operation does not know.
fn unknown(request: &HttpRequest) -> Option<String> {
    let path = request.match_pattern().unwrap_or_default();
    let known = request.app_data::<Data<Known>>();
    let known = known.map_or(&[][..], |known| known.of_operation(&path, request.method()));
    if pairs(request).iter().all(|(name, _)| known.contains(name)) {
        return None;
    }
    Some(match known {
        [] => "This operation takes no query parameters".to_owned(),
        known => {
            let known = known.join(", ");
            format!("A query parameter is not known; this operation takes: {known}")
        }
    })
}

/// The query as `Asked`. `complaint` says what is wrong when it cannot be.
pub(crate) fn parse<Asked: DeserializeOwned>(
    request: &HttpRequest,
    complaint: &str,
) -> Result<Asked, Problem> {
    let query = request.query_string();
    let asked = Query::<Asked>::from_query(query).map(Query::into_inner);
    asked.map_err(|_| {
        let found = repeated(request).or_else(|| unknown(request));
        Problem::invalid(found.unwrap_or_else(|| complaint.to_owned()))
    })
}

/// What is wrong if a parameter stands in the query more than once.
fn repeated(request: &HttpRequest) -> Option<String> {
    let mut seen = BTreeSet::new();
    let pairs = pairs(request);
    let is_repeated = pairs.iter().any(|(name, _)| !seen.insert(name));
    is_repeated.then(|| "A query parameter may be given only once".to_owned())
}

fn pairs(request: &HttpRequest) -> Pairs {
    // Any query is a list of pairs: what is no pair is a name without a value.
    Query::<Pairs>::from_query(request.query_string())
        .map(Query::into_inner)
        .unwrap_or_default()
}
