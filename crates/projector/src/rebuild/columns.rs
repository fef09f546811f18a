//! Rows on their way into the shadow tables, in the binary form of COPY.

use crate::replayed::Standing;
use crate::{CampaignRow, Folded, PermitRow};
use domain::{CampaignId, ProspectId};
use event_store::JournalId;
use std::pin::pin;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{Json, ToSql, Type};
use tokio_postgres::{Error, Transaction};

const CAMPAIGNS: [Type; 12] = [
    Type::INT2,
    Type::UUID,
    Type::INT8,
    Type::JSON,
    Type::JSON,
    Type::JSON,
    Type::UUID,
    Type::TEXT,
    Type::JSON,
    Type::JSON,
    Type::TIMESTAMPTZ,
    Type::TIMESTAMPTZ,
];
const PROSPECTS: [Type; 12] = [
    Type::INT2,
    Type::UUID,
    Type::UUID,
    Type::TEXT,
    Type::UUID,
    Type::INT4,
    Type::TIMESTAMPTZ,
    Type::TIMESTAMPTZ,
    Type::TIMESTAMPTZ,
    Type::TIMESTAMPTZ,
    Type::INT8,
    Type::INT4,
];
const PERMITS: [Type; 10] = [
    Type::INT2,
    Type::UUID,
    Type::UUID,
    Type::UUID,
    Type::UUID,
    Type::TEXT,
    Type::TEXT,
    Type::UUID,
    Type::TIMESTAMPTZ,
    Type::TIMESTAMPTZ,
];
const PERMITS_OF_ACCOUNTS: [Type; 7] = [
    Type::INT2,
    Type::UUID,
    Type::UUID,
    Type::DATE,
    Type::UUID,
    Type::TEXT,
    Type::INT4,
];
const SENDS: [Type; 6] = [
    Type::INT2,
    Type::UUID,
    Type::UUID,
    Type::DATE,
    Type::TEXT,
    Type::INT4,
];

/// Loads everything about `folded` into the shadow tables.
pub(super) async fn load(
    transaction: &Transaction<'_>,
    journal: JournalId,
    folded: &[Folded],
) -> Result<(), Error> {
    let standings = folded.iter().map(|one| (one.id, one.replayed.standings()));
    let standings: Vec<_> = standings.collect();
    load_campaigns(transaction, journal, folded).await?;
    load_prospects(transaction, journal, &standings).await?;
    load_permits(transaction, journal, &standings).await?;
    load_grants(transaction, journal, folded).await?;
    load_sends(transaction, journal, folded).await
}

/// Campaigns with their prospects.
type Standings<'a> = [(CampaignId, Vec<Standing<'a>>)];

async fn load_campaigns(
    transaction: &Transaction<'_>,
    journal: JournalId,
    folded: &[Folded],
) -> Result<(), Error> {
    let copy = include_str!("../../sql/load_shadow_campaigns.sql");
    let sink = transaction.copy_in(copy).await?;
    let mut writer = pin!(BinaryCopyInWriter::new(sink, &CAMPAIGNS));
    for row in folded.iter().filter_map(|one| one.replayed.row(one.id)) {
        let CampaignRow {
            id,
            version,
            created_at,
            updated_at,
            campaign,
        } = row;
        let columns: [&(dyn ToSql + Sync); 12] = [
            &journal.0,
            &id.0,
            &version.0,
            &Json(&campaign.stage),
            &Json(&campaign.census),
            &Json(&campaign.tally),
            &campaign.user_id.0,
            &campaign.settings.name.as_str(),
            &Json(&*campaign.settings),
            &Json(&*campaign.sequence),
            &created_at,
            &updated_at,
        ];
        writer.as_mut().write(&columns).await?;
    }
    writer.finish().await.map(|_| ())
}

async fn load_prospects(
    transaction: &Transaction<'_>,
    journal: JournalId,
    standings: &Standings<'_>,
) -> Result<(), Error> {
    let copy = include_str!("../../sql/load_shadow_prospects.sql");
    let sink = transaction.copy_in(copy).await?;
    let mut writer = pin!(BinaryCopyInWriter::new(sink, &PROSPECTS));
    for (CampaignId(campaign_id), all) in standings {
        for standing in all {
            let ProspectId(id) = standing.id;
            let (prospect, times) = (standing.prospect, standing.times);
            let columns: [&(dyn ToSql + Sync); 12] = [
                &journal.0,
                campaign_id,
                &id,
                &prospect.status.as_str(),
                &prospect.node_id.map(|node| node.0),
                &i32::try_from(prospect.replies).unwrap_or(i32::MAX),
                &times.replied_at,
                &times.bounced_at,
                &times.created_at,
                &times.updated_at,
                &times.added.version.0,
                &times.added.place,
            ];
            writer.as_mut().write(&columns).await?;
        }
    }
    writer.finish().await.map(|_| ())
}

async fn load_permits(
    transaction: &Transaction<'_>,
    journal: JournalId,
    standings: &Standings<'_>,
) -> Result<(), Error> {
    let copy = include_str!("../../sql/load_shadow_permits.sql");
    let sink = transaction.copy_in(copy).await?;
    let mut writer = pin!(BinaryCopyInWriter::new(sink, &PERMITS));
    for (campaign_id, all) in standings {
        for standing in all {
            for row in standing.permits(*campaign_id) {
                let PermitRow {
                    campaign_id,
                    prospect_id,
                    permit,
                    granted_at,
                    closed_at,
                } = row;
                let columns: [&(dyn ToSql + Sync); 10] = [
                    &journal.0,
                    &campaign_id.0,
                    &prospect_id.0,
                    &permit.node_id.0,
                    &permit.id.0,
                    &permit.state.as_str(),
                    &permit.kind.as_str(),
                    &permit.account_id.map(|account| account.0),
                    &granted_at,
                    &closed_at,
                ];
                writer.as_mut().write(&columns).await?;
            }
        }
    }
    writer.finish().await.map(|_| ())
}

async fn load_grants(
    transaction: &Transaction<'_>,
    journal: JournalId,
    folded: &[Folded],
) -> Result<(), Error> {
    let copy = include_str!("../../sql/load_shadow_permits_of_accounts.sql");
    let sink = transaction.copy_in(copy).await?;
    let mut writer = pin!(BinaryCopyInWriter::new(sink, &PERMITS_OF_ACCOUNTS));
    for one in folded {
        for ((user, account, day, kind), count) in one.replayed.grants() {
            let columns: [&(dyn ToSql + Sync); 7] = [
                &journal.0,
                &user.0,
                &account.0,
                day,
                &one.id.0,
                &kind.as_str(),
                &i32::try_from(*count).unwrap_or(i32::MAX),
            ];
            writer.as_mut().write(&columns).await?;
        }
    }
    writer.finish().await.map(|_| ())
}

async fn load_sends(
    transaction: &Transaction<'_>,
    journal: JournalId,
    folded: &[Folded],
) -> Result<(), Error> {
    let copy = include_str!("../../sql/load_shadow_sends.sql");
    let sink = transaction.copy_in(copy).await?;
    let mut writer = pin!(BinaryCopyInWriter::new(sink, &SENDS));
    for one in folded {
        for ((account, day, kind), count) in one.replayed.sends() {
            let columns: [&(dyn ToSql + Sync); 6] = [
                &journal.0,
                &account.0,
                &one.id.0,
                day,
                &kind.as_str(),
                &i32::try_from(*count).unwrap_or(i32::MAX),
            ];
            writer.as_mut().write(&columns).await?;
        }
    }
    writer.finish().await.map(|_| ())
}
