//! What a program of before wrote about people: its rows are by the first rules, and name no version.

use crate::TestDatabase;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

impl TestDatabase {
    /// Somebody's address is written by a program with the first rules, which names no version.
    pub async fn let_email_be_of_an_older_program(
        &self,
        prospect: Uuid,
        text: &str,
        digest: &[u8],
    ) {
        let older = "UPDATE people SET email = $2, email_digest = $3, identity = $3
                     WHERE prospect_id = $1";
        self.write_as_older(older, prospect, (text, digest)).await;
    }

    /// Somebody's profile is written by a program with the first rules, which names no version.
    pub async fn let_profile_be_of_an_older_program(
        &self,
        prospect: Uuid,
        text: &str,
        digest: &[u8],
    ) {
        let older = "UPDATE people SET linkedin_url = $2, linkedin_digest = $3, identity = $3
                     WHERE prospect_id = $1";
        self.write_as_older(older, prospect, (text, digest)).await;
    }

    async fn write_as_older(&self, statement: &str, prospect: Uuid, (text, digest): (&str, &[u8])) {
        let binds: [&(dyn ToSql + Sync); 3] = [&prospect, &text, &digest];
        let written = self.sql().execute(statement, &binds).await;
        assert_eq!(written.expect("the row is written"), 1);
    }

    /// How many people are kept by older rules than those of today.
    pub async fn people_of_older_rules(&self) -> i64 {
        let count = "SELECT count(*) FROM people WHERE identity_version < 2";
        self.sql()
            .query_one(count, &[])
            .await
            .expect("a count")
            .get(0)
    }
}
