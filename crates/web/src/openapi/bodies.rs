//! Bodies that may be missing: what clients send for nothing is nothing.

use utoipa::openapi::RefOr;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};

const DESCRIPTION: &str =
    "No body, `null`, `\"\"` and `{}` are the same, whatever the `Content-Type`.";

/// Documents that an empty text is no body, beside `null`.
pub(super) fn document_nothing(operation: &mut Operation) {
    let Some(body) = &mut operation.request_body else {
        return;
    };
    let mut is_optional = false;
    for content in body.content.values_mut() {
        if let Some(RefOr::T(Schema::OneOf(choices))) = &mut content.schema
            && choices.items.iter().any(is_null)
            && let [_, RefOr::Ref(_)] = choices.items.as_slice()
        {
            choices.items.push(empty_text());
            is_optional = true;
        }
    }
    if is_optional {
        let told = body.description.take();
        let told = told.map_or_else(String::new, |told| format!("{told}. "));
        body.description = Some(format!("{told}{DESCRIPTION}"));
    }
}

fn is_null(choice: &RefOr<Schema>) -> bool {
    matches!(choice, RefOr::T(Schema::Object(object)) if object.schema_type == Type::Null.into())
}

fn empty_text() -> RefOr<Schema> {
    let empty = ObjectBuilder::new()
        .schema_type(Type::String)
        .max_length(Some(0));
    empty.into()
}
