//! Where things are kept: the private PostgreSQL, and with it what signs the log and what was signed.
//!
//! A place that is set and empty is refused: it is a value that was not filled in, and not the default.

use super::{ConfigurationError, File};
use crate::arguments::Options;
use std::path::{Path, PathBuf};

const DATA_DIRECTORY_DEFAULT: &str = ".fermata";
const DATA_DIRECTORY_FALLBACK: &str = "/var/lib/fermata";
/// What a private PostgreSQL has beside it, in the data directory.
const KEY_NAME: &str = "ledger.key";
const LEDGER_NAME: &str = "ledger";
const EMPTY_DATABASE_URL: &str =
    "set it to the database's URL, or unset it to use a private PostgreSQL";
const EMPTY_PATH: &str = "set it to a path, or unset it";

/// Where things are kept, decided.
pub(super) struct Places {
    pub data_directory: PathBuf,
    /// Why it is not the default one, when none was named.
    pub passed_over: Option<String>,
    pub ledger_key: Option<KeyPlace>,
    pub ledger_directory: Option<PathBuf>,
}

/// Where the key that signs the log is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyPlace {
    /// A named place.
    Named(PathBuf),
    /// Beside the private PostgreSQL, where a server makes it.
    BesideDatabase(PathBuf),
}

impl KeyPlace {
    /// The key's file.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Named(path) | Self::BesideDatabase(path) => path,
        }
    }
}

impl Places {
    /// Decides by what was said of the data directory, the ledger's key and its directory. Beside a
    /// private PostgreSQL, the last two have a default.
    pub fn decide(
        database_url: Option<&str>,
        [data_directory, ledger_key, ledger_directory]: [Option<PathBuf>; 3],
    ) -> Result<Self, ConfigurationError> {
        let (data_directory, passed_over) = match data_directory {
            Some(named) => (absolute(named), None),
            None => data_directory_default(),
        };
        let beside = |name| database_url.is_none().then(|| data_directory.join(name));
        let named = ledger_key.map(|path| KeyPlace::Named(absolute(path)));
        Ok(Self {
            ledger_key: named.or_else(|| beside(KEY_NAME).map(KeyPlace::BesideDatabase)),
            ledger_directory: ledger_directory
                .map(absolute)
                .or_else(|| beside(LEDGER_NAME)),
            data_directory,
            passed_over,
        })
    }
}

/// Here, unless the account that PostgreSQL runs under cannot come here.
fn data_directory_default() -> (PathBuf, Option<String>) {
    let here = absolute(PathBuf::from(DATA_DIRECTORY_DEFAULT));
    match private_postgres::can_host(&here) {
        Ok(()) => (here, None),
        Err(why) => {
            let why = format!("{} is passed over: {why}", here.display());
            (PathBuf::from(DATA_DIRECTORY_FALLBACK), Some(why))
        }
    }
}

/// From the root, so that what is shown is true elsewhere too.
pub(super) fn absolute(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}

/// Refuses a place that is set and empty, and says where it is set.
pub(super) fn refuse_empty(
    options: &Options,
    file: &File,
    path: Option<&Path>,
) -> Result<(), ConfigurationError> {
    let shown = |place: &Option<PathBuf>| place.as_ref().map(|it| it.display().to_string());
    let (url, paths) = (EMPTY_DATABASE_URL, EMPTY_PATH);
    let given = [
        ("DATABASE_URL", options.database_url.clone(), url),
        ("FERMATA_DATA_DIR", shown(&options.data_dir), paths),
        ("FERMATA_LEDGER_KEY", shown(&options.ledger_key), paths),
        (
            "FERMATA_LEDGER_DIRECTORY",
            shown(&options.ledger_directory),
            paths,
        ),
    ];
    let written = [
        ("database_url", file.database_url.clone(), url),
        ("data_dir", shown(&file.data_dir), paths),
        ("ledger_key", shown(&file.ledger_key), paths),
        ("ledger_directory", shown(&file.ledger_directory), paths),
    ];
    let is_empty = |value: &Option<String>| value.as_ref().is_some_and(|it| it.trim().is_empty());
    if let Some((name, _, remedy)) = given.into_iter().find(|(_, value, _)| is_empty(value)) {
        let setting = name.to_owned();
        return Err(ConfigurationError::Empty { setting, remedy });
    }
    // What was given counts, and not what is written.
    let counts = |name: &str| match name {
        "database_url" => options.database_url.is_none(),
        "data_dir" => options.data_dir.is_none(),
        "ledger_key" => options.ledger_key.is_none(),
        _ => options.ledger_directory.is_none(),
    };
    let empty = written
        .into_iter()
        .find(|(name, value, _)| is_empty(value) && counts(name));
    match (empty, path) {
        (Some((name, _, remedy)), Some(path)) => {
            let setting = format!("{name} in {}", path.display());
            Err(ConfigurationError::Empty { setting, remedy })
        }
        _ => Ok(()),
    }
}
