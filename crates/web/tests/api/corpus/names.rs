//! What stands in braces in a file: ids and keys of the file's own users, bytes, repetitions.
//!
//! A campaign is made when it is named first, so a file pays for what it uses.

use std::collections::BTreeMap;
use testkit::{Tenant, TestApp, account, node, permit, prospect};

use domain::{CampaignId, Command};
use uuid::Uuid;

/// The words that name a campaign.
const CAMPAIGNS: [&str; 7] = [
    "draft",
    "linkedin_draft",
    "launching",
    "active",
    "paused",
    "completed",
    "deleted",
];

/// What a file's names stand for.
pub struct Names<'a> {
    app: &'a TestApp,
    tenant: Tenant,
    other: Tenant,
    campaigns: BTreeMap<String, CampaignId>,
    known: BTreeMap<String, String>,
}

impl<'a> Names<'a> {
    pub async fn new(app: &'a TestApp) -> Self {
        Self {
            app,
            tenant: app.tenant().await,
            other: app.tenant().await,
            campaigns: BTreeMap::new(),
            known: BTreeMap::new(),
        }
    }

    /// Gives a name a meaning.
    pub fn put(&mut self, name: &str, value: &str) {
        self.known.insert(name.to_owned(), value.to_owned());
    }

    /// The text with what its names stand for.
    pub async fn text(&mut self, text: &str) -> Result<String, String> {
        String::from_utf8(self.bytes(text).await?).map_err(|error| error.to_string())
    }

    /// The same in bytes, which need not be a text. Braces around anything else stay.
    pub async fn bytes(&mut self, text: &str) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            bytes.extend_from_slice(before.as_bytes());
            let inner = after.split_once('}').map(|(inner, _)| inner);
            let meaning = match inner {
                Some(inner) => self.meaning(inner).await?,
                None => None,
            };
            match (inner, meaning) {
                (Some(inner), Some(meaning)) => {
                    bytes.extend_from_slice(&meaning);
                    rest = &after[inner.len() + 1..];
                }
                _ => {
                    bytes.push(b'{');
                    rest = after;
                }
            }
        }
        bytes.extend_from_slice(rest.as_bytes());
        Ok(bytes)
    }

    async fn meaning(&mut self, inner: &str) -> Result<Option<Vec<u8>>, String> {
        if let Some((count, text)) = inner.split_once('*')
            && let Ok(count) = count.parse()
        {
            return Ok(Some(text.repeat(count).into_bytes()));
        }
        if let Some(hex) = inner.strip_prefix('x')
            && let (2, Ok(byte)) = (hex.len(), u8::from_str_radix(hex, 16))
        {
            return Ok(Some(vec![byte]));
        }
        let is_name = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
        if inner.is_empty() || !inner.bytes().all(is_name) {
            return Ok(None);
        }
        if let Some(known) = self.known.get(inner) {
            return Ok(Some(known.clone().into_bytes()));
        }
        let Some(value) = self.looked_up(inner).await else {
            return Err(format!("nothing is called {{{inner}}}"));
        };
        self.put(inner, &value);
        Ok(Some(value.into_bytes()))
    }

    async fn looked_up(&mut self, name: &str) -> Option<String> {
        let app = self.app;
        let (tenant, plain) = match name.strip_prefix("other_") {
            Some(plain) => (self.other.clone(), plain),
            None => (self.tenant.clone(), name),
        };
        match plain {
            "key" => return Some(tenant.key),
            "user" => return Some(tenant.user_id.0.to_string()),
            "internal_key" => return Some(app.internal_key().await),
            "uuid" => return Some(Uuid::now_v7().to_string()),
            "sender" => return Some(app.mailbox(&tenant).await.0.to_string()),
            "journal" => return Some(app.database().journal_of(tenant.user_id).0.to_string()),
            "journal_head" => {
                let journal = app.database().journal_of(tenant.user_id);
                let head = event_store::read_head(app.sql(), journal).await;
                return Some(head.expect("a head").to_string());
            }
            _ => {}
        }
        let word = CAMPAIGNS.iter().find(|word| {
            let rest = plain.strip_prefix(**word);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
        })?;
        let owner = &name[..name.len() - plain.len()];
        let id = self
            .campaign(&tenant, &format!("{owner}{word}"), word)
            .await;
        match plain[word.len()..].trim_start_matches('_') {
            "" => Some(id.to_string()),
            "node" => Some(node(id, 0).0.to_string()),
            "end" => Some(node(id, 1).0.to_string()),
            "lead" => Some(prospect(id, 0).0.to_string()),
            "permit" => Some(permit(id, 0).0.to_string()),
            "account" => Some(account(id).0.to_string()),
            "version" => Some(app.events(id).await.last()?.version.to_string()),
            _ => None,
        }
    }

    async fn campaign(&mut self, tenant: &Tenant, name: &str, word: &str) -> CampaignId {
        if let Some(id) = self.campaigns.get(name) {
            return *id;
        }
        let app = self.app;
        let id = match word {
            "draft" => app.draft_campaign(tenant).await,
            "linkedin_draft" => app.campaign(tenant).linkedin().draft().await,
            "launching" => app.launching_campaign(tenant).await,
            "active" => app.active_campaign(tenant).await,
            "paused" => app.paused_campaign(tenant).await,
            "completed" => app.completed_campaign(tenant).await,
            _ => {
                let id = app.draft_campaign(tenant).await;
                app.elsewhere(tenant, id, Command::Delete).await;
                id
            }
        };
        self.campaigns.insert(name.to_owned(), id);
        id
    }
}
