//! A database with campaigns, and what its owner can do to it.

use domain::CampaignId;
use event_store::JournalId;
use projector::{Check, CheckReport, Checked, Difference, Miscount};
use testkit::{Script, TestDatabase, new_user};

pub struct Place {
    pub database: TestDatabase,
    pub journal: JournalId,
    /// Five prospects, a mail sent to three, one of whom answered.
    pub campaign: CampaignId,
    /// A draft in the same journal, made later: its id is behind.
    pub other: CampaignId,
}

impl Place {
    pub async fn new() -> Self {
        let database = TestDatabase::create().await.unchecked();
        let user = new_user();
        let journal = database.journal_of(user);
        let script = || Script::new(database.maker(), user);
        let campaign = script().prospects(5).sent(3).replied(1).active().await;
        let other = script().draft().await;
        Self {
            journal,
            campaign,
            other,
            database,
        }
    }

    /// Does what only the owner of the database can do, triggers and foreign keys or not.
    pub async fn tamper(&self, statement: &str) {
        let forced = format!("SET session_replication_role = replica; {statement}");
        self.database.sql().batch_execute(&forced).await.unwrap();
    }

    pub async fn check(&self) -> CheckReport {
        let report = projector::check(self.database.sql(), self.journal).await;
        report.unwrap()
    }

    /// Everything that is found.
    pub async fn checked(&self) -> Checked {
        let mut check = Check::new(self.journal);
        let mut all = Checked::default();
        while !check.is_over() {
            all.append(check.step(self.database.sql()).await.unwrap());
        }
        all
    }

    /// The only difference that there is once the statement was executed.
    pub async fn difference(&self, statement: &str) -> Difference {
        self.tamper(statement).await;
        let found = self.checked().await;
        let [difference] = found.differences.first.as_slice() else {
            panic!("{found:#?}");
        };
        difference.clone()
    }

    /// The same for miscounts.
    pub async fn miscount(&self, statement: &str) -> Miscount {
        self.tamper(statement).await;
        let found = self.checked().await;
        let [miscount] = found.miscounts.first.as_slice() else {
            panic!("{found:#?}");
        };
        miscount.clone()
    }
}
