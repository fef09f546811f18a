//! A PostgreSQL for this run alone, as durable as any, in a directory that is deleted afterwards.

use event_store::{Connection, Journals, connect, migrate};
use private_postgres::{Durability, PrivatePostgres, ProgramSearch, Settings};
use serde::Serialize;
use std::collections::BTreeMap;
use std::error::Error;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;
use tokio_postgres::Config;

const SHOWN: &str = "SELECT name, coalesce(setting || coalesce(' x ' || unit, ''), '') FROM pg_settings \
     WHERE name IN ('server_version', 'fsync', 'synchronous_commit', 'full_page_writes', 'wal_sync_method', \
                    'shared_buffers', 'max_wal_size', 'checkpoint_timeout', 'commit_delay', 'autovacuum')";
const SETTLE: [&str; 2] = ["VACUUM (ANALYZE)", "CHECKPOINT"];
const BEHIND: &str = "
    SELECT EXISTS (
        SELECT FROM journals LEFT JOIN relay_cursors ON journal = id
        WHERE EXISTS (SELECT FROM effects
                      WHERE effects.journal = id
                        AND effects.position > coalesce(relay_cursors.position, 0)))";
const LOOK: Duration = Duration::from_millis(100);
const LOOKS_MAX: u32 = 3_000;
const WAL_BYTES: &str = "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint";

/// The cluster and the directory that it is in.
pub struct Cluster {
    postgres: PrivatePostgres,
    directory: TempDir,
    /// The journals of its database.
    pub journals: Journals,
    /// A connection for looking and setting up.
    pub connection: Connection,
}

/// What PostgreSQL says of itself.
#[derive(Debug, Default, Serialize)]
pub struct ServerSettings(pub BTreeMap<String, String>);

impl Cluster {
    /// Makes one, with the service's schema, in `parent` or among the temporary files.
    pub async fn open(
        parent: Option<&Path>,
        journals: Option<i16>,
    ) -> Result<Self, Box<dyn Error>> {
        let asked = journals.map(Journals::new).transpose()?;
        let directory = directory(parent)?;
        let postgres = PrivatePostgres::open(settings(directory.path())).await?;
        match prepare(&postgres, asked).await {
            Ok((connection, journals)) => Ok(Self {
                postgres,
                directory,
                journals,
                connection,
            }),
            Err(error) => {
                postgres.close().await?;
                Err(error)
            }
        }
    }

    /// How to connect.
    pub fn config(&self) -> Config {
        self.postgres.config()
    }

    /// The same for programs.
    pub fn url(&self) -> String {
        self.postgres.url()
    }

    /// For files of this run.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// A program of the same PostgreSQL.
    pub fn program(&self, name: &str) -> PathBuf {
        self.postgres.binaries().join(name)
    }

    /// The process that all others of the cluster come from.
    pub fn postmaster(&self) -> Result<u32, Box<dyn Error>> {
        let pid = self.postgres.postmaster_pid().ok_or("PostgreSQL is gone")?;
        Ok(u32::try_from(pid.as_raw())?)
    }

    /// How it is configured.
    pub async fn settings(&self) -> Result<ServerSettings, Box<dyn Error>> {
        let rows = self.connection.client.query(SHOWN, &[]).await?;
        Ok(ServerSettings(
            rows.iter().map(|row| (row.get(0), row.get(1))).collect(),
        ))
    }

    /// Leaves nothing behind that would be done at a measurement's cost.
    pub async fn settle(&self) -> Result<(), Box<dyn Error>> {
        for statement in SETTLE {
            self.connection.client.batch_execute(statement).await?;
        }
        Ok(())
    }

    /// Waits until the relay has taken in every effect, which a measurement would pay for otherwise.
    pub async fn taken_in(&self) -> Result<(), Box<dyn Error>> {
        for _ in 0..LOOKS_MAX {
            let row = self.connection.client.query_one(BEHIND, &[]).await?;
            if !row.get::<_, bool>(0) {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
        Err("the relay does not take the effects in".into())
    }

    /// Writes everything that is not on the disk yet.
    pub async fn checkpoint(&self) -> Result<(), Box<dyn Error>> {
        Ok(self.connection.client.batch_execute("CHECKPOINT").await?)
    }

    /// Bytes of write-ahead log ever made.
    pub async fn wal_bytes(&self) -> Result<u64, Box<dyn Error>> {
        let row = self.connection.client.query_one(WAL_BYTES, &[]).await?;
        Ok(u64::try_from(row.get::<_, i64>(0))?)
    }

    /// Stops it and deletes everything.
    pub async fn close(self) -> Result<(), Box<dyn Error>> {
        drop(self.connection);
        self.postgres.close().await?;
        Ok(self.directory.close()?)
    }
}

async fn prepare(
    postgres: &PrivatePostgres,
    journals: Option<Journals>,
) -> Result<(Connection, Journals), Box<dyn Error>> {
    let mut connection = connect(&postgres.config()).await?;
    let migrated = migrate(&mut connection.client, journals).await?;
    Ok((connection, migrated.journals))
}

/// One that the account which PostgreSQL runs as may enter.
fn directory(parent: Option<&Path>) -> std::io::Result<TempDir> {
    let parent = parent.map_or_else(std::env::temp_dir, Path::to_path_buf);
    let mut builder = tempfile::Builder::new();
    builder
        .prefix("fermata-bench-")
        .permissions(Permissions::from_mode(0o755));
    builder.tempdir_in(parent)
}

#[expect(clippy::disallowed_methods, reason = "a program reads its environment")]
fn settings(directory: &Path) -> Settings {
    Settings {
        data_directory: directory.join("postgres"),
        durability: Durability::Full,
        programs: ProgramSearch::machine(std::env::var_os("PATH")),
        // No checkpoint falls into one measurement and not into the other.
        parameters: vec![("max_wal_size".to_owned(), "16GB".to_owned())],
    }
}
