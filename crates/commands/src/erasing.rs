//! Forgetting a person in every campaign of a user, one command each.
//!
//! Who is reached by an address is looked for again until nobody is found, so that a campaign they
//! are added to meanwhile is not missed. Repeating it is harmless.

use crate::{Failure, Lanes, Origin, Request, Verdict};
use domain::{CampaignId, Command, ProspectId, UserId};
use futures_util::{StreamExt, stream};
use people::{Erasable, Rekeying, find_erasable};
use tokio_postgres::Client;

/// Looks before it is left to the caller to go on.
const ROUNDS_MAX: usize = 10;
/// Commands that wait for their answers at the same time.
const COMMANDS_AT_ONCE: usize = 64;

/// What was forgotten.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Erased {
    /// Who is nobody any more, and in which campaign.
    pub prospects: Vec<(CampaignId, ProspectId)>,
    /// Nobody is left. Otherwise there were too many at once: ask again.
    pub is_complete: bool,
}

/// Why not everything was forgotten. What was, stays so; asking again goes on.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// The database did not answer.
    #[error("find who is to be erased")]
    Database(#[from] tokio_postgres::Error),
    /// A command's outcome is not known.
    #[error("erase a prospect")]
    Failure(#[from] Failure),
}

/// Forgets `who` in all campaigns of `user`.
///
/// # Errors
/// When the database does not answer; asking again goes on.
pub async fn erase(
    lanes: &Lanes,
    client: &mut Client,
    user: UserId,
    (who, origin): (&Erasable, &Origin),
) -> Result<Erased, EraseError> {
    let journal = lanes.journal_of(user);
    let mut erased = Erased::default();
    if let Erasable::Reached(_) = who {
        // Otherwise somebody who is kept by older rules might not be found by every writing.
        Rekeying::of_user(journal, user).finish(client).await?;
    }
    for _ in 0..ROUNDS_MAX {
        let found = find_erasable(client, journal, user, who).await?;
        if found.is_empty() {
            erased.is_complete = true;
            break;
        }
        let commands = found
            .into_iter()
            .map(|(campaign_id, prospect_id)| async move {
                let request = Request {
                    campaign_id,
                    tenant: Some(user),
                    command: Command::EraseProspect(prospect_id),
                    people: None,
                    expected: None,
                    origin: origin.clone(),
                    remember: None,
                };
                let verdict = lanes.submit(journal, request).await?;
                // Whoever went meanwhile, with the campaign or without, is nobody any more either.
                let is_done = matches!(verdict, Verdict::Done(_));
                Ok::<_, Failure>(is_done.then_some((campaign_id, prospect_id)))
            });
        let mut answers = stream::iter(commands).buffer_unordered(COMMANDS_AT_ONCE);
        while let Some(answer) = answers.next().await {
            erased.prospects.extend(answer?);
        }
        if let Erasable::Prospects(_) = who {
            // Their rows stay, without a name: looking again would find them again.
            erased.is_complete = true;
            break;
        }
    }
    erased.prospects.sort_unstable();
    Ok(erased)
}
