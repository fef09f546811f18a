//! The ledger's tables: tiles and checkpoints, read and written.

use crate::{Hash, Tile, TileId, TileSet};
use chrono::{DateTime, Utc};
use event_store::JournalId;
use tokio_postgres::{Error, GenericClient, Row};

/// A checkpoint as it is stored. Its signature was not checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCheckpoint {
    /// Leaves of the tree.
    pub size: u64,
    /// The signed note.
    pub note: String,
    /// When it was signed, by the database's clock.
    pub signed_at: DateTime<Utc>,
}

/// A public key that signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredKey {
    /// Eight hexadecimal digits.
    pub key_id: String,
    /// The key.
    pub public_key: String,
    /// When it signed for the first time.
    pub first_signed_at: DateTime<Utc>,
}

/// How far a journal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Events.
    pub head: u64,
    /// Leaves.
    pub sealed: u64,
    /// Leaves that the key signed for.
    pub signed: u64,
    /// Whether another key took the place of this one.
    pub retired: bool,
    /// Whether the next checkpoint may be signed.
    pub due: bool,
}

/// The latest checkpoint of a journal of at most `size` leaves. `None` if there is none.
///
/// # Errors
/// When the database does not answer.
pub async fn find_checkpoint<C: GenericClient>(
    client: &C,
    journal: JournalId,
    size: u64,
) -> Result<Option<StoredCheckpoint>, Error> {
    let find = include_str!("../../sql/find_checkpoint.sql");
    let row = client.query_opt(find, &[&journal.0, &signed(size)]).await?;
    Ok(row.map(|row| StoredCheckpoint {
        size: unsigned(row.get("size")),
        note: row.get("note"),
        signed_at: row.get("signed_at"),
    }))
}

/// Every public key that signed here, the oldest first.
///
/// # Errors
/// When the database does not answer.
pub async fn list_keys<C: GenericClient>(client: &C) -> Result<Vec<StoredKey>, Error> {
    let rows = client
        .query(include_str!("../../sql/list_keys.sql"), &[])
        .await?;
    let key = |row: &Row| StoredKey {
        key_id: row.get("key_id"),
        public_key: row.get("public_key"),
        first_signed_at: row.get("first_signed_at"),
    };
    Ok(rows.iter().map(key).collect())
}

pub(crate) async fn standing<C: GenericClient>(
    client: &C,
    journal: JournalId,
    key_id: &str,
    rest_seconds: f64,
) -> Result<Option<Standing>, Error> {
    let find = include_str!("../../sql/find_standing.sql");
    let row = client
        .query_opt(find, &[&journal.0, &key_id, &rest_seconds])
        .await?;
    Ok(row.map(|row| Standing {
        head: unsigned(row.get("head")),
        sealed: unsigned(row.get("sealed")),
        signed: unsigned(row.get("signed")),
        retired: row.get("retired"),
        due: row.get("due"),
    }))
}

pub(crate) async fn read_tiles<C: GenericClient>(
    client: &C,
    journal: JournalId,
    wanted: impl IntoIterator<Item = TileId>,
) -> Result<TileSet, Error> {
    let (levels, numbers): (Vec<i16>, Vec<i64>) = wanted.into_iter().map(columns).unzip();
    let read = include_str!("../../sql/read_tiles.sql");
    let rows = client.query(read, &[&journal.0, &levels, &numbers]).await?;
    Ok(rows.iter().filter_map(tile).collect())
}

pub(crate) async fn write_tiles<C: GenericClient>(
    client: &C,
    journal: JournalId,
    tiles: &[Tile],
) -> Result<(), Error> {
    let (levels, numbers): (Vec<i16>, Vec<i64>) = tiles.iter().map(|tile| columns(tile.id)).unzip();
    let hashes: Vec<&[u8]> = tiles.iter().map(|tile| tile.bytes.as_slice()).collect();
    let write = include_str!("../../sql/write_tiles.sql");
    client
        .execute(write, &[&journal.0, &levels, &numbers, &hashes])
        .await?;
    Ok(())
}

/// Stored notes of sizes behind `after` up to `up_to`, each with the size of its row.
pub(crate) async fn list_checkpoints<C: GenericClient>(
    client: &C,
    journal: JournalId,
    after: u64,
    up_to: u64,
) -> Result<Vec<(u64, String)>, Error> {
    let list = include_str!("../../sql/list_checkpoints.sql");
    let binds = (signed(after), signed(up_to));
    let rows = client
        .query(list, &[&journal.0, &binds.0, &binds.1])
        .await?;
    let note = |row: &Row| (unsigned(row.get("size")), row.get("note"));
    Ok(rows.iter().map(note).collect())
}

/// Leaves of the largest tree that was signed, and leaves that are kept.
pub(crate) async fn extent<C: GenericClient>(
    client: &C,
    journal: JournalId,
) -> Result<(u64, u64), Error> {
    let find = include_str!("../../sql/find_largest_checkpoint.sql");
    let row = client.query_one(find, &[&journal.0]).await?;
    Ok((unsigned(row.get("signed")), unsigned(row.get("sealed"))))
}

/// A checkpoint to be kept.
pub(crate) struct NewCheckpoint<'a> {
    pub size: u64,
    pub root: Hash,
    pub note: &'a str,
    pub key_id: &'a str,
    pub public_key: &'a str,
}

pub(crate) async fn write_checkpoint<C: GenericClient>(
    client: &C,
    journal: JournalId,
    new: &NewCheckpoint<'_>,
) -> Result<(), Error> {
    let write = include_str!("../../sql/write_checkpoint.sql");
    let (size, root) = (signed(new.size), new.root.0.as_slice());
    client
        .execute(
            write,
            &[
                &journal.0,
                &size,
                &new.key_id,
                &root,
                &new.note,
                &new.public_key,
            ],
        )
        .await?;
    Ok(())
}

fn tile(row: &Row) -> Option<Tile> {
    let level: i16 = row.get("level");
    let number: i64 = row.get("number");
    Some(Tile {
        id: TileId {
            level: u8::try_from(level).ok()?,
            number: u64::try_from(number).ok()?,
        },
        bytes: row.get("hashes"),
    })
}

fn columns(id: TileId) -> (i16, i64) {
    (i16::from(id.level), signed(id.number))
}

/// A number as the database has it; no journal is so long that it would not fit.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
