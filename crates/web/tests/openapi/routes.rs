//! What is served is documented, and what is documented is served.

use crate::document::{Document, Operation};
use crate::world::World;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Paths that serve the documents themselves.
const ABOUT: [&str; 3] = ["/api/openapi.json", "/internal/openapi.json", "/docs"];
/// What makes a route of a path.
const MAKERS: [&str; 3] = ["only(", "several(", "resource("];

fn documents() -> [Document; 2] {
    [
        Document::of(&web::public_document()),
        Document::of(&web::internal_document()),
    ]
}

/// Its `GET` changes something, so it has no `HEAD`.
const LEASES: &str = "/internal/launches";

/// The methods of each path, in capital letters.
fn methods<'a>(operations: &[Operation<'a>]) -> BTreeMap<&'a str, BTreeSet<String>> {
    let mut all: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for operation in operations {
        let methods = all.entry(operation.path).or_default();
        methods.insert(operation.method.clone());
    }
    all
}

/// A path with something in the place of each parameter.
fn filled(path: &str) -> String {
    let fill = |part: &str| match part.strip_prefix('{') {
        Some(_) => "8c2b2d4e-e29b-41d4-a716-446655440000".to_owned(),
        None => part.to_owned(),
    };
    path.split('/').map(fill).collect::<Vec<_>>().join("/")
}

/// Every source file of the crate.
fn sources(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                sources(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

/// The paths that a source file makes routes of: literals, and constants of the same file.
fn registered(source: &str) -> Vec<String> {
    let literal = |text: &str| {
        let text = text.trim_start().strip_prefix('"')?;
        text.split_once('"').map(|(path, _)| path.to_owned())
    };
    let constant = |name: &str| {
        let declared = format!("const {name}: &str =");
        let (_, rest) = source.split_once(&declared)?;
        literal(rest)
    };
    let behind = MAKERS.iter().flat_map(|maker| source.split(maker).skip(1));
    let path = |rest: &str| {
        let name: String = rest
            .trim_start()
            .chars()
            .take_while(|letter| letter.is_ascii_uppercase() || *letter == '_')
            .collect();
        literal(rest).or_else(|| constant(&name))
    };
    behind.filter_map(path).collect()
}

#[test]
fn every_registered_path_is_documented() {
    let documents = documents();
    let operations = documents.iter().flat_map(Document::operations);
    let documented: Vec<&str> = operations.map(|operation| operation.path).collect();
    let sources = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let read = |path: &PathBuf| registered(&fs::read_to_string(path).unwrap());
    let registered: BTreeSet<String> = sources.iter().flat_map(read).collect();

    // Scopes have the beginnings of some.
    let is_documented = |path: &&String| documented.iter().any(|it| it.ends_with(path.as_str()));
    let missing: Vec<&String> = registered
        .iter()
        .filter(|path| !is_documented(path) && !ABOUT.contains(&path.as_str()))
        .collect();

    let names: BTreeSet<&str> = documented.into_iter().collect();
    assert!(
        names.len() <= registered.len(),
        "routes are made in another way now"
    );
    assert_eq!(missing, Vec::<&String>::new(), "annotate the handler");
}

#[tokio::test]
async fn every_documented_path_answers_exactly_the_documented_methods() {
    let world = World::new().await;

    for (is_public, document) in [true, false].into_iter().zip(documents()) {
        for (path, methods) in methods(&document.operations()) {
            let other = ["PUT", "DELETE", "PATCH", "POST", "GET"];
            let other = other.into_iter().find(|it| !methods.contains(*it)).unwrap();
            let call = if is_public {
                world
                    .app
                    .public(other, &filled(path))
                    .bearer(&world.tenant.key)
            } else {
                world
                    .app
                    .internal(other, &filled(path))
                    .bearer(&world.internal_key)
            };

            let refused = call.await;

            assert_eq!(refused.status, 405, "{other} {path}: {refused:?}");
            let allowed = refused.header("allow").expect("a header `Allow`");
            let allowed: BTreeSet<String> = allowed
                .split(',')
                .map(|method| method.trim().to_owned())
                .collect();
            // `HEAD` comes with each `GET` and is no operation of its own.
            let mut methods = methods;
            if methods.contains("GET") && path != LEASES {
                methods.insert("HEAD".to_owned());
            }
            assert_eq!(allowed, methods, "{path}");
        }
    }
}

#[test]
fn every_operation_says_what_it_does_and_what_it_answers() {
    for document in documents() {
        let operations = document.operations();
        let ids: BTreeSet<&str> = operations.iter().map(Operation::id).collect();
        assert_eq!(
            ids.len(),
            operations.len(),
            "operations have names of their own"
        );
        for operation in &operations {
            let (path, json) = (operation.path, operation.json);
            assert!(json["summary"].is_string(), "{path} has no summary");
            assert!(json["tags"][0].is_string(), "{path} has no tag");
            let statuses = operation.statuses();
            assert!(statuses.iter().any(|it| (200..300).contains(it)), "{path}");
            let is_guarded = json["security"].is_array();
            assert!(!is_guarded || statuses.contains(&401), "{path}");
        }
    }
}

#[tokio::test]
async fn the_documents_and_their_pages_are_served_to_whoever_asks() {
    let world = World::new().await;
    let app = &world.app;

    for (document, served) in [
        (web::public_document(), app.public("GET", ABOUT[0]).await),
        (
            web::internal_document(),
            app.internal("GET", ABOUT[1]).await,
        ),
    ] {
        assert_eq!(served.json(), serde_json::to_value(&document).unwrap());
        assert_eq!(served.json()["openapi"], "3.1.0");
    }
    for (page, script) in [
        (
            app.public("GET", "/docs/").await,
            app.public("GET", "/docs/swagger-initializer.js").await,
        ),
        (
            app.internal("GET", "/docs/").await,
            app.internal("GET", "/docs/swagger-initializer.js").await,
        ),
    ] {
        assert!(page.body.contains("swagger-ui"), "{page:?}");
        assert!(script.body.contains("openapi.json"), "{script:?}");
    }
}
