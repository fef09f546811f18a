//! What a test finds in its database without writing statements of its own.

use crate::TestDatabase;
use domain::{AccountId, UserId};

impl TestDatabase {
    /// Counts mails that an account sent so many days ago, for a campaign that is gone.
    pub async fn put_sends(&self, user: UserId, account: AccountId, days_ago: i32, count: i32) {
        let put = "INSERT INTO sends (journal, account_id, campaign_id, day, kind, count)
                   VALUES ($1, $2, gen_random_uuid(),
                           (now() AT TIME ZONE 'UTC')::date - $3::integer, 'email', $4)";
        let journal = self.journal_of(user).0;
        self.sql()
            .execute(put, &[&journal, &account.0, &days_ago, &count])
            .await
            .unwrap();
    }

    /// Has all permits of accounts be counted for accounts of `user`.
    pub async fn give_counted_permits_to(&self, user: UserId) {
        let give = "UPDATE permits_of_accounts SET user_id = $1";
        self.sql().execute(give, &[&user.0]).await.unwrap();
    }

    /// What is counted of an account, over all days and campaigns.
    pub async fn sends_of(&self, account: AccountId) -> i64 {
        let sum = "SELECT coalesce(sum(count), 0)::bigint FROM sends WHERE account_id = $1";
        self.sql()
            .query_one(sum, &[&account.0])
            .await
            .unwrap()
            .get(0)
    }

    /// Entries of an index of `events`.
    pub async fn entries_of(&self, index: &str) -> i64 {
        self.sql()
            .batch_execute("VACUUM ANALYZE events")
            .await
            .unwrap();
        let entries = "SELECT reltuples::bigint FROM pg_class WHERE relname = $1";
        self.sql()
            .query_one(entries, &[&index])
            .await
            .unwrap()
            .get(0)
    }
}
