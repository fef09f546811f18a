//! Behind a proxy: the corpus of `tests/corpus/proxied` through Debian's nginx, once in its default settings,
//! and once in those that `docs/PROXIES.md` recommends.

use crate::corpus::{Addresses, address, run_folder};
use crate::nginx::Nginx;
use std::fs;
use std::path::Path;
use testkit::TestApp;

#[tokio::test]
async fn behind_an_nginx_in_its_default_settings_every_answer_is_as_without_it() {
    let app = TestApp::spawn().await;
    let nginx = Nginx::before(address(&app.public_url()));

    let addresses = Addresses {
        public: nginx.address,
        internal: address(&app.internal_url()),
    };
    run_folder(&app, &addresses, "proxied").await;
    run_folder(&app, &addresses, "proxied/default").await;
}

#[tokio::test]
async fn behind_an_nginx_as_documented_large_bodies_pass_and_tags_stay() {
    let app = TestApp::spawn().await;
    let upstream = app.public_url().replace("http://", "");
    let block = documented("nginx");
    let nginx = Nginx::with(|port| {
        let block = block.replace("listen 80;", &format!("listen 127.0.0.1:{port};"));
        block.replace("127.0.0.1:8080", &upstream)
    });

    let addresses = Addresses {
        public: nginx.address,
        internal: address(&app.internal_url()),
    };
    run_folder(&app, &addresses, "proxied").await;
    run_folder(&app, &addresses, "proxied/documented").await;
}

/// The first block of this language in `docs/PROXIES.md`.
fn documented(language: &str) -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/PROXIES.md");
    let page = fs::read_to_string(page).expect("the page");
    let block = page.split(&format!("```{language}\n")).nth(1);
    let block = block.and_then(|rest| rest.split("```").next());
    block.expect("a block of settings").to_owned()
}
