//! The requests as bytes. All that differs between two of one tenant is the campaign's id, so the
//! rest is made beforehand.

use domain::CampaignId;

/// What is asked of a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Pause,
    Resume,
}

impl Verb {
    /// What an answer's body must say.
    pub fn proof(self) -> &'static [u8] {
        match self {
            Self::Pause => b"\"status\":\"paused\"",
            Self::Resume => b"\"status\":\"active\"",
        }
    }
}

/// Where a request goes, and by whose key.
#[derive(Debug)]
pub struct Requests {
    targets: Vec<(CampaignId, usize)>,
    tenants: Vec<Endings>,
}

/// What follows the campaign's id.
#[derive(Debug)]
struct Endings {
    pause: Vec<u8>,
    resume: Vec<u8>,
}

impl Requests {
    /// For campaigns, each with the place of its tenant's key in `keys`.
    pub fn new(targets: Vec<(CampaignId, usize)>, keys: &[String]) -> Self {
        let ending = |verb: &str, key: &String| {
            let text = format!(
                "/{verb} HTTP/1.1\r\nHost: fermata.test\r\nAuthorization: Bearer {key}\r\n\
                 Content-Length: 0\r\n\r\n"
            );
            text.into_bytes()
        };
        let endings = |key| Endings {
            pause: ending("pause", key),
            resume: ending("resume", key),
        };
        Self {
            targets,
            tenants: keys.iter().map(endings).collect(),
        }
    }

    /// How many campaigns there are.
    pub fn campaigns(&self) -> usize {
        self.targets.len()
    }

    /// Puts the request for the campaign with this number in place of what is in `buffer`.
    pub fn put(&self, campaign: usize, verb: Verb, buffer: &mut Vec<u8>) {
        buffer.clear();
        let Some((id, tenant)) = self.targets.get(campaign) else {
            return;
        };
        let Some(endings) = self.tenants.get(*tenant) else {
            return;
        };
        buffer.extend_from_slice(b"POST /api/campaigns/");
        let mut text = [0; 36];
        buffer.extend_from_slice(id.0.hyphenated().encode_lower(&mut text).as_bytes());
        buffer.extend_from_slice(match verb {
            Verb::Pause => &endings.pause,
            Verb::Resume => &endings.resume,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_request_names_the_campaign_and_its_tenants_key() {
        let targets = [(1, 1), (2, 0)].map(|(id, key)| (CampaignId(Uuid::from_u128(id)), key));
        let requests = Requests::new(targets.to_vec(), &["one".to_owned(), "two".to_owned()]);
        let mut buffer = b"what was there".to_vec();

        requests.put(0, Verb::Resume, &mut buffer);

        let text = String::from_utf8(buffer).unwrap();
        let path = "POST /api/campaigns/00000000-0000-0000-0000-000000000001/resume HTTP/1.1\r\n";
        assert!(text.starts_with(path), "{text}");
        assert!(text.contains("\r\nAuthorization: Bearer two\r\n"), "{text}");
        assert!(text.ends_with("\r\n\r\n"), "{text}");
    }
}
