//! Which sender accounts a campaign may be given.

use crate::{AccountId, ChannelKind, Known, Rejection, Settings};
use std::collections::HashSet;

/// The accounts, each once, in their order. All must be the user's and of the campaign's type
/// (campaign API, section 1.3).
pub(super) fn assigned(
    ids: &[AccountId],
    channel: ChannelKind,
    known: &Known<'_>,
) -> Result<Vec<AccountId>, Rejection> {
    let mut seen = HashSet::new();
    let ids: Vec<_> = ids.iter().copied().filter(|id| seen.insert(*id)).collect();
    if Settings::ACCOUNTS_MAX < ids.len() {
        return Err(Rejection::SenderCount(Settings::ACCOUNTS_MAX));
    }
    let unfit = known.senders.unfit(channel, &ids);
    if unfit.is_empty() {
        Ok(ids)
    } else {
        Err(Rejection::UnfitSenders(unfit))
    }
}
