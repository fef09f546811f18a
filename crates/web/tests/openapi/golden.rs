//! The documents in `docs`, which clients are generated from. `make golden` writes them anew.

use std::fs;
use std::path::Path;
use utoipa::openapi::OpenApi;

/// Panics with the first line that differs, or writes the file anew when told to.
fn hold(name: &str, document: &OpenApi) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(name);
    let mut text = document.to_pretty_json().unwrap();
    text.push('\n');
    if std::env::var("GOLDEN").is_ok_and(|wish| wish == "write") {
        return fs::write(path, text).unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    let different = golden
        .lines()
        .zip(text.lines())
        .enumerate()
        .find(|(_, (was, is))| was != is);
    assert!(
        golden == text,
        "docs/{name} differs from what the handlers say; `make golden` writes it anew: {different:?}"
    );
}

#[test]
fn the_public_document_is_the_one_in_the_repository() {
    hold("openapi.json", &web::public_document());
}

#[test]
fn the_internal_document_is_the_one_in_the_repository() {
    hold("openapi-internal.json", &web::internal_document());
}
