//! A campaign's rows beside what its history says.

use super::difference::{self, Difference, first_place, shown};
use super::gather::{Named, RowsOf};
use crate::granted::Grants;
use crate::sends::Sends;
use crate::{PermitRow, ProspectRow, Replayed, RowError};
use domain::{CampaignId, PermitId, ProspectId};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A place, and what the row and the log have there.
type Place = (String, String, String);

/// The first difference of a campaign: in its own row, those of its prospects, of its permits, or in
/// what accounts sent and were granted for it.
pub(super) fn first_difference(
    id: CampaignId,
    rows: &RowsOf,
    log: &Replayed,
) -> Option<Difference> {
    let of_campaign = |place: Place| difference(id, place);
    let damaged = || {
        rows.damaged
            .as_ref()
            .map(|error| of_campaign(damage(error)))
    };
    damaged()
        .or_else(|| campaigns_differ(id, rows.campaign.as_ref(), log).map(of_campaign))
        .or_else(|| prospects_differ(id, &rows.prospects, &log.prospects()))
        .or_else(|| permits_differ(id, &rows.permits, &log.permits(id)))
        .or_else(|| sends_differ(&rows.sends, log.sends()).map(of_campaign))
        .or_else(|| grants_differ(&rows.grants, log.grants()).map(of_campaign))
}

fn difference(campaign_id: CampaignId, (field, row, log): Place) -> Difference {
    Difference {
        campaign_id,
        prospect_id: None,
        permit_id: None,
        field,
        row,
        log,
    }
}

/// A row that cannot be read is not what the log says, whatever that is.
fn damage(error: &RowError) -> Place {
    let source = std::error::Error::source(error).map(|source| format!(": {source}"));
    let said = format!("damaged ({error}{})", source.unwrap_or_default());
    ("row".to_owned(), said, "readable".to_owned())
}

fn campaigns_differ(id: CampaignId, row: Option<&Named>, log: &Replayed) -> Option<Place> {
    let expected = log.row(id);
    let (row, log) = match (row, &expected) {
        (Some(row), Some(log)) => (row, log),
        (row, log) => {
            let row = row.map_or(Value::Null, |row| difference::outline(&row.row));
            let log = log.as_ref().map_or(Value::Null, difference::outline);
            return first_place("row", &row, &log);
        }
    };
    if row.row != *log {
        let (row, log) = (difference::campaign(&row.row), difference::campaign(log));
        return first_place("", &row, &log);
    }
    let (copy, name) = (json!(row.name), json!(log.campaign.settings.name));
    first_place("name", &copy, &name)
}

fn prospects_differ(
    id: CampaignId,
    rows: &BTreeMap<ProspectId, ProspectRow>,
    log: &BTreeMap<ProspectId, ProspectRow>,
) -> Option<Difference> {
    let mut everyone = rows.keys().chain(log.keys()).copied();
    let prospect = everyone.find(|one| !is_same(rows.get(one), log.get(one)))?;
    let (row, log) = (rows.get(&prospect), log.get(&prospect));
    let place = place(row.map(difference::prospect), log.map(difference::prospect))?;
    Some(Difference {
        prospect_id: Some(prospect),
        ..difference(id, place)
    })
}

/// Permits have rows of their own. A row of an older program has no order, which is no difference: it is
/// rebuilt.
fn is_same(row: Option<&ProspectRow>, log: Option<&ProspectRow>) -> bool {
    let (Some(row), Some(log)) = (row, log) else {
        return row.is_none() && log.is_none();
    };
    let stand = |row: &ProspectRow| {
        (
            row.prospect.status,
            row.prospect.node_id,
            row.prospect.replies,
        )
    };
    let times = |row: &ProspectRow| {
        (
            row.replied_at,
            row.bounced_at,
            row.created_at,
            row.updated_at,
        )
    };
    let is_in_place = row.added.is_none() || row.added == log.added;
    stand(row) == stand(log) && times(row) == times(log) && is_in_place
}

fn permits_differ(
    id: CampaignId,
    rows: &BTreeMap<PermitId, PermitRow>,
    log: &BTreeMap<PermitId, PermitRow>,
) -> Option<Difference> {
    let mut all = rows.keys().chain(log.keys()).copied();
    let permit = all.find(|permit| rows.get(permit) != log.get(permit))?;
    let (row, log) = (rows.get(&permit), log.get(&permit));
    let place = place(row.map(difference::permit), log.map(difference::permit))?;
    Some(Difference {
        prospect_id: row.or(log).map(|known| known.prospect_id),
        permit_id: Some(permit),
        ..difference(id, place)
    })
}

/// Within a row that both have; otherwise the row.
fn place(row: Option<Value>, log: Option<Value>) -> Option<Place> {
    let way = if row.is_some() && log.is_some() {
        ""
    } else {
        "row"
    };
    first_place(way, &row.unwrap_or_default(), &log.unwrap_or_default())
}

fn sends_differ(rows: &Sends, log: &Sends) -> Option<Place> {
    let mut all = rows.keys().chain(log.keys());
    let key = all.find(|key| rows.get(key) != log.get(key))?;
    let (account, day, kind) = key;
    let field = format!("sends.{}.{day}.{}", account.0, kind.as_str());
    let count = |sends: &Sends| shown(&json!(sends.get(key)));
    Some((field, count(rows), count(log)))
}

fn grants_differ(rows: &Grants, log: &Grants) -> Option<Place> {
    let mut all = rows.keys().chain(log.keys());
    let key = all.find(|key| rows.get(key) != log.get(key))?;
    let (user, account, day, kind) = key;
    let kind = kind.as_str();
    let field = format!("permits_of_accounts.{}.{}.{day}.{kind}", user.0, account.0);
    let count = |grants: &Grants| shown(&json!(grants.get(key)));
    Some((field, count(rows), count(log)))
}
