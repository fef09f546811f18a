//! `fermata keys`.

use crate::arguments::{Json, KeysCommand};
use crate::configuration::Configuration;
use crate::database::Database;
use crate::output;
use domain::UserId;
use keys::{KeyPrefix, Label, NewKey, Owner, PresentedKey, Revocation, StoredKey};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::error::Error;
use std::time::Duration;
use tokio_postgres::Client;

/// Does what was asked with keys.
///
/// # Errors
/// When the database cannot be opened, or what was asked cannot be.
pub async fn run(
    configuration: &Configuration,
    command: KeysCommand,
) -> Result<(), Box<dyn Error>> {
    let database = Database::open(configuration).await?;
    let connection = database.connect().await?;
    let done = dispatch(&connection.client, command).await;
    drop(connection);
    database.close().await?;
    done
}

async fn dispatch(client: &Client, command: KeysCommand) -> Result<(), Box<dyn Error>> {
    match command {
        KeysCommand::Create {
            user,
            internal: _,
            label,
        } => {
            let owner = user.map_or(Owner::Internal, Owner::User);
            let label = label.as_deref().map(Label::new).transpose()?;
            let secret = create(client, owner, label.as_ref()).await?;
            Ok(output::line(&secret)?)
        }
        KeysCommand::List(format) => list(client, format).await,
        KeysCommand::Revoke { key } => revoke(client, &key).await,
    }
}

/// Creates a key and returns it.
///
/// # Errors
/// When the database refuses.
pub async fn create(
    client: &Client,
    owner: Owner,
    label: Option<&Label>,
) -> Result<String, Box<dyn Error>> {
    let key = NewKey::generate(owner, &mut rand::rng());
    keys::create(client, &key, label).await?;
    Ok(key.secret().expose_secret().to_owned())
}

/// Creates a public key of `user` that the demo calls its own.
///
/// # Errors
/// When the database refuses.
pub async fn create_labelled(
    client: &Client,
    user: Option<UserId>,
    label: &str,
) -> Result<String, Box<dyn Error>> {
    let owner = user.map_or(Owner::Internal, |user| Owner::User(user.0));
    create(client, owner, Some(&Label::new(label)?)).await
}

async fn list(client: &Client, format: Json) -> Result<(), Box<dyn Error>> {
    let stored = keys::list(client).await?;
    if format.json {
        let listed: Vec<Value> = stored.iter().map(listed).collect();
        return Ok(output::json(&json!({"keys": listed}))?);
    }
    let row = |key: &StoredKey| {
        vec![
            key.prefix.to_string(),
            key.owner.kind().to_string(),
            key.owner
                .user_id()
                .map(|id| id.to_string())
                .unwrap_or_default(),
            key.label
                .as_ref()
                .map(|label| label.as_str().to_owned())
                .unwrap_or_default(),
            web::instant(key.created_at),
            key.revoked_at.map(web::instant).unwrap_or_default(),
        ]
    };
    let rows: Vec<_> = stored.iter().map(row).collect();
    Ok(output::table(
        &["prefix", "kind", "user", "label", "created", "revoked"],
        &rows,
    )?)
}

fn listed(key: &StoredKey) -> Value {
    json!({
        "prefix": key.prefix.to_string(),
        "kind": key.owner.kind().as_str(),
        "user_id": key.owner.user_id(),
        "label": key.label.as_ref().map(Label::as_str),
        "created_at": web::instant(key.created_at),
        "revoked_at": key.revoked_at.map(web::instant),
    })
}

async fn revoke(client: &Client, key: &str) -> Result<(), Box<dyn Error>> {
    let prefix = match key.parse::<KeyPrefix>() {
        Ok(prefix) => prefix,
        Err(_) => key.parse::<PresentedKey>()?.prefix(),
    };
    let said = match keys::revoke(client, prefix).await? {
        Revocation::Revoked => "is revoked: no server takes it any more",
        Revocation::AlreadyRevoked { .. } => "was revoked before",
        Revocation::Unknown => {
            return Err(format!("there is no key {prefix}; `fermata keys list` lists them").into());
        }
    };
    // Servers are told at once; one that did not hear forgets by itself within this time.
    tokio::time::sleep(Duration::from_millis(keys::TRUST_MILLISECONDS_MAX)).await;
    Ok(output::line(&format!("{prefix} {said}"))?)
}
