//! Looking people up under the journal's head and writing them in the transaction of the events,
//! pipelined. Statements are sent only when they have something to do.

use crate::identity::Digest;
use crate::leads::read_details;
use crate::{Field, IDENTITY_VERSION, Person, Register, Sought};
use domain::{CampaignId, ProspectId, UserId};
use event_store::JournalId;
use futures_util::future::{try_join, try_join3};
use std::collections::BTreeMap;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Row, Statement};
use uuid::Uuid;

/// The prepared statements of a writer, for one connection.
pub struct PeopleRows {
    find_identities: Statement,
    load: Statement,
    find_elsewhere: Statement,
    put: Statement,
    remove: Statement,
    remove_all: Statement,
}

impl PeopleRows {
    /// Prepares the statements on `client`.
    ///
    /// # Errors
    /// When the database cannot.
    pub async fn prepare(client: &Client) -> Result<Self, Error> {
        let prepare = |sql| client.prepare(sql);
        Ok(Self {
            find_identities: prepare(include_str!("../sql/find_identities.sql")).await?,
            load: prepare(include_str!("../sql/load_people.sql")).await?,
            find_elsewhere: prepare(include_str!("../sql/find_elsewhere.sql")).await?,
            put: prepare(include_str!("../sql/put_people.sql")).await?,
            remove: prepare(include_str!("../sql/remove_people.sql")).await?,
            remove_all: prepare(include_str!("../sql/remove_people_of_campaigns.sql")).await?,
        })
    }

    /// What is sought, in one round trip.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn load(
        &self,
        client: &Client,
        journal: JournalId,
        sought: &Sought,
    ) -> Result<Register, Error> {
        if sought.is_empty() {
            return Ok(Register::default());
        }
        let (owners, files, elsewhere) = try_join3(
            self.owners(client, journal, sought),
            self.files(client, journal, sought),
            self.elsewhere(client, journal, sought),
        )
        .await?;
        let owner = |row: &Row| {
            let digest = Digest::from_bytes(row.get("identity"))?;
            Some(((campaign(row), digest), prospect(row)))
        };
        let mut register = Register {
            owners: owners.iter().filter_map(owner).collect(),
            files: files.iter().map(|row| (place(row), person(row))).collect(),
            ..Register::default()
        };
        for row in &elsewhere {
            let skipped: &mut BTreeMap<_, Vec<_>> = &mut register.elsewhere;
            skipped
                .entry(campaign(row))
                .or_default()
                .push(prospect(row));
        }
        Ok(register)
    }

    /// Writes what `register` came to. All statements are sent at the first poll.
    ///
    /// # Errors
    /// The first statement's that was refused.
    pub async fn write(
        &self,
        client: &Client,
        journal: JournalId,
        register: &Register,
    ) -> Result<(), Error> {
        let emptied: Vec<Uuid> = register.emptied.iter().map(|id| id.0).collect();
        let (campaigns, gone): (Vec<Uuid>, Vec<Uuid>) = register
            .removed
            .iter()
            .map(|(campaign, prospect)| (campaign.0, prospect.0))
            .unzip();
        let binds: [&(dyn ToSql + Sync); 3] = [&journal.0, &campaigns, &gone];
        let emptying = async {
            if emptied.is_empty() {
                return Ok(());
            }
            run(client, &self.remove_all, &[&journal.0, &emptied]).await
        };
        let removing = async {
            if gone.is_empty() {
                return Ok(());
            }
            run(client, &self.remove, &binds).await
        };
        try_join(
            try_join(emptying, removing),
            self.put(client, journal, register),
        )
        .await
        .map(|_| ())
    }

    async fn owners(
        &self,
        client: &Client,
        journal: JournalId,
        sought: &Sought,
    ) -> Result<Vec<Row>, Error> {
        if sought.identities.is_empty() {
            return Ok(vec![]);
        }
        let (campaigns, digests): (Vec<Uuid>, Vec<&[u8]>) = sought
            .identities
            .iter()
            .map(|(campaign, digest)| (campaign.0, digest.as_bytes()))
            .unzip();
        client
            .query(&self.find_identities, &[&journal.0, &campaigns, &digests])
            .await
    }

    async fn files(
        &self,
        client: &Client,
        journal: JournalId,
        sought: &Sought,
    ) -> Result<Vec<Row>, Error> {
        if sought.files.is_empty() {
            return Ok(vec![]);
        }
        let (campaigns, ids): (Vec<Uuid>, Vec<Uuid>) = sought
            .files
            .iter()
            .map(|(campaign, prospect)| (campaign.0, prospect.0))
            .unzip();
        client
            .query(&self.load, &[&journal.0, &campaigns, &ids])
            .await
    }

    async fn elsewhere(
        &self,
        client: &Client,
        journal: JournalId,
        sought: &Sought,
    ) -> Result<Vec<Row>, Error> {
        if sought.launches.is_empty() {
            return Ok(vec![]);
        }
        let campaigns: Vec<Uuid> = sought.launches.iter().map(|id| id.0).collect();
        client
            .query(&self.find_elsewhere, &[&journal.0, &campaigns])
            .await
    }

    async fn put(
        &self,
        client: &Client,
        journal: JournalId,
        register: &Register,
    ) -> Result<(), Error> {
        let rows: Vec<_> = register.put.iter().collect();
        if rows.is_empty() {
            return Ok(());
        }
        let ids = |id: fn(&(CampaignId, ProspectId), &Person) -> Uuid| -> Vec<Uuid> {
            rows.iter()
                .map(|(place, (who, _))| id(place, who))
                .collect()
        };
        let text = |field: Field| -> Vec<Option<&str>> {
            rows.iter()
                .map(|(_, (who, _))| who.details.get(field))
                .collect()
        };
        let bytes = |digest: fn(&Person) -> Option<&Digest>| -> Vec<Option<&[u8]>> {
            rows.iter()
                .map(|(_, (who, _))| digest(who).map(Digest::as_bytes))
                .collect()
        };
        let identities: Vec<&[u8]> = rows.iter().map(|(_, (_, it))| it.as_bytes()).collect();
        let optional = |text: fn(&Person) -> Option<&str>| -> Vec<Option<&str>> {
            rows.iter().map(|(_, (who, _))| text(who)).collect()
        };
        let custom = optional(|who| who.details.custom_fields.as_ref().map(|it| it.as_json()));
        let sources: Vec<&str> = rows
            .iter()
            .map(|(_, (who, _))| who.source.as_str())
            .collect();
        let refs = optional(|who| who.source_ref.as_deref());
        let binds: [&(dyn ToSql + Sync); 19] = [
            &journal.0,
            &ids(|place, _| place.0.0),
            &ids(|place, _| place.1.0),
            &ids(|_, who| who.user_id.0),
            &identities,
            &bytes(|who| who.digests.email.as_ref()),
            &bytes(|who| who.digests.linkedin.as_ref()),
            &text(Field::Email),
            &text(Field::LinkedinUrl),
            &text(Field::FirstName),
            &text(Field::LastName),
            &text(Field::Name),
            &text(Field::Company),
            &text(Field::Position),
            &text(Field::Headline),
            &custom,
            &sources,
            &refs,
            &IDENTITY_VERSION,
        ];
        run(client, &self.put, &binds).await
    }
}

async fn run(
    client: &Client,
    statement: &Statement,
    binds: &[&(dyn ToSql + Sync)],
) -> Result<(), Error> {
    client.execute(statement, binds).await.map(|_| ())
}

fn campaign(row: &Row) -> CampaignId {
    CampaignId(row.get("campaign_id"))
}

fn prospect(row: &Row) -> ProspectId {
    ProspectId(row.get("prospect_id"))
}

fn place(row: &Row) -> (CampaignId, ProspectId) {
    (campaign(row), prospect(row))
}

fn person(row: &Row) -> Person {
    let user_id = UserId(row.get("user_id"));
    Person {
        source: row.get("source"),
        source_ref: row.get("source_ref"),
        ..Person::new(user_id, read_details(row))
    }
}
