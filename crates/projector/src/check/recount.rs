//! A campaign's counters beside what counting its rows gives.
//!
//! The log is not asked: this finds a counter and its rows apart even where the log cannot be read.
//! Prospects leave a campaign only before anything is sent for it, so what was sent is all in the
//! rows that there are. Two counters follow from the log alone, and are compared with it: how many
//! ever accepted an invitation, and on which day a permit counts.

use super::difference::{Miscount, first_place, shown};
use super::gather::RowsOf;
use crate::CampaignRow;
use crate::sends::Sends;
use domain::{CampaignId, Census, NodeId, PermitState, SendKind};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The first counter of a campaign that a recount does not give.
pub(super) fn first_miscount(id: CampaignId, rows: &RowsOf) -> Option<Miscount> {
    if rows.damaged.is_some() {
        return None;
    }
    let campaign = &rows.campaign.as_ref()?.row;
    let (counter, row, recount) = census(campaign, rows)
        .or_else(|| tally(campaign, rows))
        .or_else(|| sends(rows))
        .or_else(|| grants(rows))?;
    Some(Miscount {
        campaign_id: id,
        counter,
        row,
        recount,
    })
}

type Place = (String, String, String);

fn census(campaign: &CampaignRow, rows: &RowsOf) -> Option<Place> {
    let row = &campaign.campaign.census;
    let recount = recounted(row, rows);
    if *row == recount {
        return None;
    }
    let standing = first_place("census", &by_place(row), &by_place(&recount));
    standing.or_else(|| first_place("census", &json!(row), &json!(recount)))
}

fn recounted(row: &Census, rows: &RowsOf) -> Census {
    let mut recount = Census::default();
    recount.reached.connected = row.reached.connected;
    for prospect in rows.prospects.values().map(|row| &row.prospect) {
        recount.enter(prospect.node_id, prospect.status, 1);
        recount.reached.replied += u32::from(0 < prospect.replies);
    }
    let mut sent: Vec<_> = Vec::new();
    for row in rows.permits.values() {
        match row.permit.state {
            PermitState::Open => recount.open_permits += 1,
            PermitState::Sent => sent.push((row.prospect_id, row.permit.kind)),
            PermitState::Failed => {}
        }
    }
    // Whoever was sent two mails was reached once.
    sent.sort_unstable();
    sent.dedup();
    for (_, kind) in sent {
        match kind {
            SendKind::Email => recount.reached.sent += 1,
            SendKind::ConnectionRequest => recount.reached.connection_sent += 1,
            SendKind::Message => recount.reached.message_sent += 1,
        }
    }
    recount
}

/// How many stand where, by names.
fn by_place(census: &Census) -> Value {
    let at = |node: Option<NodeId>| node.map_or("no step".to_owned(), |id| id.0.to_string());
    let nodes = census.by_node().into_iter().map(|(node, counts)| {
        let counts = counts
            .into_iter()
            .map(|(status, count)| (status.as_str().to_owned(), json!(count)));
        (at(node), Value::Object(counts.collect()))
    });
    Value::Object(nodes.collect())
}

/// The day of a permit is the log's to know; but no day has more than were ever granted.
fn tally(campaign: &CampaignRow, rows: &RowsOf) -> Option<Place> {
    let tally = &campaign.campaign.tally;
    let granted = rows.permits.len();
    let accounts: u32 = tally.by_account.values().sum();
    let most = |counter: &str, row: u32, most: usize| {
        let is_more = usize::try_from(row).is_ok_and(|row| most < row);
        is_more.then(|| {
            (
                counter.to_owned(),
                row.to_string(),
                format!("at most {most}"),
            )
        })
    };
    let named = rows.permits.values();
    let named = named.filter(|row| row.permit.account_id.is_some()).count();
    most("tally.permits", tally.permits, granted)
        .or_else(|| most("tally.by_account", accounts, named))
}

fn sends(rows: &RowsOf) -> Option<Place> {
    let mut recount = Sends::new();
    for row in rows.permits.values() {
        let is_sent = row.permit.state == PermitState::Sent;
        let sent = row.permit.account_id.zip(row.closed_at).filter(|_| is_sent);
        if let Some((account, at)) = sent {
            let key = (account, at.date_naive(), row.permit.kind);
            *recount.entry(key).or_default() += 1;
        }
    }
    let mut all = rows.sends.keys().chain(recount.keys());
    let key = all.find(|key| rows.sends.get(key) != recount.get(key))?;
    let (account, day, kind) = key;
    let counter = format!("sends.{}.{day}.{}", account.0, kind.as_str());
    let count = |sends: &Sends| shown(&json!(sends.get(key)));
    Some((counter, count(&rows.sends), count(&recount)))
}

/// Over all days: which day a permit counts for, the log alone knows.
fn grants(rows: &RowsOf) -> Option<Place> {
    let (mut counted, mut recount) = (BTreeMap::new(), BTreeMap::new());
    for ((_, account, _, kind), count) in &rows.grants {
        *counted.entry((*account, *kind)).or_insert(0_u32) += count;
    }
    for row in rows.permits.values() {
        if let Some(account) = row.permit.account_id {
            *recount.entry((account, row.permit.kind)).or_insert(0_u32) += 1;
        }
    }
    let mut all = counted.keys().chain(recount.keys());
    let key = all.find(|key| counted.get(key) != recount.get(key))?;
    let counter = format!("permits_of_accounts.{}.{}", key.0.0, key.1.as_str());
    let count = |counts: &BTreeMap<_, u32>| shown(&json!(counts.get(key)));
    Some((counter, count(&counted), count(&recount)))
}
