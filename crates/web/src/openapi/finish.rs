//! What operations have alike, added once: who may ask, how whoever guards the door refuses, ids of
//! requests.
//!
//! Which refusals there are is said by `refusals` for our own paths, and by `platform` for those that
//! keep Trigger.dev's contract.

use super::bodies;
use super::platform;
use super::refusals::{self, Answer};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Header, OpenApi, Ref, RefOr};

/// Marks what the documented contract does not have.
const ADDITION: &str = "x-fermata-addition";
const ADDED_PARAMETERS: [&str; 6] = [
    "dry_run",
    "If-Match",
    "If-None-Match",
    "Idempotency-Key",
    "version",
    "at",
];

/// Which door.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Listener {
    Public,
    Internal,
}

/// Completes a document.
pub(super) fn finish(mut document: OpenApi, listener: Listener) -> OpenApi {
    add_schemes(&mut document, listener);
    for (path, item) in &mut document.paths.paths {
        for operation in operations(item) {
            let answers = if platform::is_its(path) {
                platform::answers(path, operation)
            } else {
                refusals::answers(path, operation, listener)
            };
            for answer in answers {
                add(operation, answer);
            }
            name(operation);
            mark_additions(operation);
            bodies::document_nothing(operation);
            for response in operation.responses.responses.values_mut() {
                add_request_id(response);
            }
        }
    }
    document
}

fn add_schemes(document: &mut OpenApi, listener: Listener) {
    let schemes: &[(&str, &str)] = match listener {
        Listener::Public => &[(
            "public_key",
            "A user's key, `pk_live_` and 64 hexadecimal digits",
        )],
        Listener::Internal => &[
            (
                "internal_key",
                "A key of the internal listener, `ik_live_` and 64 hexadecimal digits",
            ),
            (
                "public_token",
                "A JWT that the holder of an internal key signed",
            ),
        ],
    };
    let components = document.components.get_or_insert_default();
    for (name, description) in schemes {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(*description))
            .build();
        components.add_security_scheme(*name, SecurityScheme::Http(scheme));
    }
}

/// The operations of a path.
fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [
        &mut item.get,
        &mut item.post,
        &mut item.put,
        &mut item.patch,
        &mut item.delete,
        &mut item.options,
    ]
    .into_iter()
    .flatten()
}

/// Adds an answer, unless the operation has one of its own for the status.
fn add(operation: &mut Operation, answer: Answer) {
    let mut response = ResponseBuilder::new().description(answer.description);
    for media_type in answer.media_types {
        let content = ContentBuilder::new()
            .schema(Some(RefOr::Ref(Ref::from_schema_name(answer.schema))))
            .example(Some(answer.example.clone()))
            .build();
        response = response.content(*media_type, content);
    }
    for (name, kind, description) in answer.headers {
        response = response.header(*name, header(kind.clone(), description));
    }
    operation
        .responses
        .responses
        .entry(answer.status.to_owned())
        .or_insert_with(|| response.into());
}

fn header(kind: Type, description: &str) -> Header {
    HeaderBuilder::new()
        .schema(ObjectBuilder::new().schema_type(kind))
        .description(Some(description))
        .build()
}

fn add_request_id(response: &mut RefOr<Response>) {
    let RefOr::T(response) = response else { return };
    let id = header(
        Type::String,
        "The caller's own id of the request, or one that was made for it",
    );
    response
        .headers
        .entry("X-Request-Id".to_owned())
        .or_insert(id);
}

/// Names the operation by its tag and its handler, as in `campaigns_pause`.
fn name(operation: &mut Operation) {
    let tag = operation.tags.iter().flatten().next();
    if let (Some(tag), Some(handler)) = (tag, &operation.operation_id) {
        operation.operation_id = Some(format!("{tag}_{handler}"));
    }
}

/// Marks parameters that the documented contract does not have.
fn mark_additions(operation: &mut Operation) {
    for parameter in operation.parameters.iter_mut().flatten() {
        if ADDED_PARAMETERS.contains(&parameter.name.as_str()) {
            let mark = Extensions::builder().add(ADDITION, true).build();
            parameter.extensions = Some(mark);
        }
    }
}
