//! Where things are kept: the private PostgreSQL, and with it what signs the log and what was signed.
//!
//! A place that is set and empty is refused: it is a value that was not filled in, and not the default.

use super::ConfigurationError;
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
    pub ledger_key: Option<KeyPlace>,
    pub ledger_directory: Option<PathBuf>,
}

/// Where the key that signs the log is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyPlace {
    /// Where somebody said.
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
        refuse_empty(database_url, "DATABASE_URL", EMPTY_DATABASE_URL)?;
        for (path, setting) in [
            (&data_directory, "FERMATA_DATA_DIR"),
            (&ledger_key, "FERMATA_LEDGER_KEY"),
            (&ledger_directory, "FERMATA_LEDGER_DIRECTORY"),
        ] {
            let text = path.as_ref().map(|path| path.to_string_lossy());
            refuse_empty(text.as_deref(), setting, EMPTY_PATH)?;
        }
        let data_directory = data_directory.map_or_else(data_directory_default, absolute);
        let beside = |name| database_url.is_none().then(|| data_directory.join(name));
        let named = ledger_key.map(|path| KeyPlace::Named(absolute(path)));
        Ok(Self {
            ledger_key: named.or_else(|| beside(KEY_NAME).map(KeyPlace::BesideDatabase)),
            ledger_directory: ledger_directory
                .map(absolute)
                .or_else(|| beside(LEDGER_NAME)),
            data_directory,
        })
    }
}

/// Here, unless the account that PostgreSQL runs under cannot come here.
fn data_directory_default() -> PathBuf {
    let here = absolute(PathBuf::from(DATA_DIRECTORY_DEFAULT));
    if private_postgres::can_host(&here).is_ok() {
        here
    } else {
        PathBuf::from(DATA_DIRECTORY_FALLBACK)
    }
}

/// From the root, so that what is shown is true elsewhere too.
pub(super) fn absolute(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}

fn refuse_empty(
    value: Option<&str>,
    setting: &'static str,
    remedy: &'static str,
) -> Result<(), ConfigurationError> {
    match value {
        Some(value) if value.trim().is_empty() => {
            Err(ConfigurationError::Empty { setting, remedy })
        }
        Some(_) | None => Ok(()),
    }
}
