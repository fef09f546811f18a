//! A service with the demo's campaign, on ports that outlive it.

use crate::npm::Package;
use crate::playground::Playground;
use crate::service::{Service, client};
use serde_json::Value;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use tokio::process::Command;

/// The documented example's campaign, which the demo has active.
pub const CAMPAIGN: &str = "8c2b2d4e-e29b-41d4-a716-446655440000";
/// Where the package of the suites is.
pub const SUITES: &str = "crates/cli/tests/sdk/node";

pub struct Station {
    service: Service,
    arguments: Vec<String>,
    public: SocketAddr,
    internal: SocketAddr,
    /// A key of the demo's user.
    pub key: String,
    /// A key for the internal listener.
    pub internal_key: String,
    // Behind the service, which would start its database again.
    playground: Playground,
}

impl Station {
    pub async fn open(more: &[&str]) -> Self {
        let playground = Playground::new();
        let made = playground
            .program(&["demo", "--json"])
            .output()
            .await
            .unwrap();
        let made: Value = serde_json::from_slice(&made.stdout).unwrap();
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        let (public, internal) = (free_address(), free_address());
        let listen = [
            "serve".to_owned(),
            format!("--listen={public}"),
            format!("--internal-listen={internal}"),
            "--log=warn".to_owned(),
        ];
        let arguments: Vec<String> = listen
            .into_iter()
            .chain(more.iter().map(|&argument| argument.to_owned()))
            .collect();
        Self {
            service: start(&playground, &arguments).await,
            arguments,
            public,
            internal,
            key: text("key"),
            internal_key: text("internal_key"),
            playground,
        }
    }

    /// Kills the service without a warning, and starts it anew at the same addresses.
    pub async fn crash(&mut self) {
        self.service.kill().await;
        self.service = start(&self.playground, &self.arguments).await;
    }

    /// A command of a Node package that is told where the service is.
    pub fn node(&self, package: &Package, arguments: &[&str]) -> Command {
        let mut command = package.command("node");
        command
            .args(arguments)
            .env("TRIGGER_API_URL", format!("http://{}", self.internal))
            .env("TRIGGER_SECRET_KEY", &self.internal_key)
            .env("FERMATA_URL", format!("http://{}", self.public))
            .env("FERMATA_KEY", &self.key);
        command
    }

    /// Pauses or resumes the demo's campaign.
    pub async fn ask(&self, verb: &str) {
        let url = format!("http://{}/api/campaigns/{CAMPAIGN}/{verb}", self.public);
        let asked = client().build().unwrap().post(url).bearer_auth(&self.key);
        let answer = asked.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{answer:?}");
    }
}

async fn start(playground: &Playground, arguments: &[String]) -> Service {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut service = Service::spawn(playground.program(&arguments));
    service.listens().await;
    service
}

/// An address that was free a moment ago.
fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap()
}
