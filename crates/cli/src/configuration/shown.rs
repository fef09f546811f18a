//! The configuration as `fermata config` shows it: what is in force, and no secrets.

use super::{Configuration, KeyPlace, LOG_SERVING};
use secrecy::ExposeSecret;
use serde::Serialize;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use tokio_postgres::config::Host;

/// The configuration for people to read: no secrets.
#[derive(Debug, Serialize)]
pub struct Shown {
    database: String,
    data_dir: PathBuf,
    listen: SocketAddr,
    internal_listen: SocketAddr,
    workers: usize,
    read_connections: usize,
    campaigns_remembered: usize,
    rate_limit_per_second: u32,
    rate_limit_burst: u32,
    token_rate_per_second: u32,
    token_rate_burst: u32,
    trigger: String,
    launches: String,
    ledger_key: Option<PathBuf>,
    ledger_directory: Option<PathBuf>,
    shutdown_seconds: u64,
    log: String,
    config: Option<PathBuf>,
}

impl Configuration {
    /// The database and where it is, in words.
    #[must_use]
    pub fn place(&self) -> String {
        match &self.database_url {
            Some(url) => without_secrets(url.expose_secret()),
            None => {
                let directory = self.data_directory.display();
                let why = self.passed_over.as_deref();
                let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
                format!("private PostgreSQL in {directory}{why}")
            }
        }
    }

    /// The configuration without secrets.
    #[must_use]
    pub fn shown(&self) -> Shown {
        let database = match &self.database_url {
            Some(url) => without_secrets(url.expose_secret()),
            None => "private PostgreSQL under data_dir".to_owned(),
        };
        Shown {
            database,
            data_dir: self.data_directory.clone(),
            listen: self.listen,
            internal_listen: self.internal_listen,
            workers: self.workers.get(),
            read_connections: self.read_connections.get(),
            campaigns_remembered: self.campaigns_remembered.get(),
            rate_limit_per_second: self.rate_limit_per_second.map_or(0, NonZeroU32::get),
            rate_limit_burst: self.rate_limit_burst.get(),
            token_rate_per_second: self.token_rate_per_second.map_or(0, NonZeroU32::get),
            token_rate_burst: self.token_rate_burst.get(),
            trigger: match &self.trigger_secret_key {
                Some(_) => format!("{}, with a key", without_password(&self.trigger_api_url)),
                None => "not configured: registered tokens are built-in ones".to_owned(),
            },
            launches: match &self.trigger_task {
                Some(task) => format!("trigger the task {task}"),
                None => "wait for engines to ask".to_owned(),
            },
            ledger_key: self
                .ledger_key
                .as_ref()
                .map(KeyPlace::path)
                .map(PathBuf::from),
            ledger_directory: self.ledger_directory.clone(),
            shutdown_seconds: self.shutdown_time_max.as_secs(),
            log: self.log.clone().unwrap_or_else(|| LOG_SERVING.to_owned()),
            config: self.file.clone(),
        }
    }
}

/// An URL as people may see it.
fn without_password(url: &str) -> &str {
    url.rsplit_once('@').map_or(url, |(_, place)| place)
}

/// Where a database is, and who connects: never the password.
fn without_secrets(url: &str) -> String {
    let Ok(config) = url.parse::<tokio_postgres::Config>() else {
        return "not a PostgreSQL URL".to_owned();
    };
    let hosts = config.get_hosts().iter().enumerate();
    let hosts: Vec<String> = hosts
        .map(|(place, host)| place_of(host, port(&config, place)))
        .collect();
    let (user, name) = (
        config.get_user().unwrap_or("?"),
        config.get_dbname().unwrap_or("?"),
    );
    format!("{name} as {user} at {}", hosts.join(", "))
}

/// One port is for all hosts, several are one for each.
fn port(config: &tokio_postgres::Config, place: usize) -> u16 {
    let ports = config.get_ports();
    ports.get(place).or(ports.first()).copied().unwrap_or(5432)
}

fn place_of(host: &Host, port: u16) -> String {
    match host {
        Host::Tcp(name) => format!("{name}:{port}"),
        Host::Unix(directory) => directory.display().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        let shown = without_secrets("postgresql://somebody:swordfish@db.example/campaigns");

        assert!(!shown.contains("swordfish"), "{shown}");
        assert!(shown.contains("campaigns as somebody"), "{shown}");
    }
}
