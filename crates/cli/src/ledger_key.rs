//! The file of the key that signs checkpoints, and the public keys beside it.
//!
//! The private key is one line in a file that only its owner can read; a file that others can read
//! is refused. Beside it, in `<file>.public`, is every public key that the ledger ever had, a line
//! each, the current one last; those that were replaced with where that was.

use crate::configuration::Configuration;
use ledger::{BadKey, LedgerKey, Retirement, SigningKey, VerifyingKey};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

const PUBLIC: &str = "public";
const OWNER_ONLY: u32 = 0o600;
const OTHERS: u32 = 0o077;

/// The file of a key.
#[derive(Debug, Clone)]
pub struct KeyFile(PathBuf);

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// Nobody said where.
    #[error("say where the key is, with --ledger-key or FERMATA_LEDGER_KEY")]
    Nowhere,
    /// It is named and not there.
    #[error("there is no {}; `fermata ledger key new` makes it", .0.display())]
    Missing(PathBuf),
    /// It is there already.
    #[error("{} is there already; `fermata ledger key rotate` replaces it", .0.display())]
    Exists(PathBuf),
    /// Others can read it.
    #[error("others can read {}: chmod 600 it", .0.display())]
    Open(PathBuf),
    /// It cannot be read or written.
    #[error("the ledger's key, {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It holds no key.
    #[error("{} holds no key of a ledger", path.display())]
    Bad {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: BadKey,
    },
}

/// The key's file.
#[must_use]
pub fn file(configuration: &Configuration) -> Option<KeyFile> {
    let place = configuration.ledger_key.as_ref();
    place.map(|place| KeyFile(place.path().to_owned()))
}

/// The published directory.
#[must_use]
pub fn directory(configuration: &Configuration) -> Option<ledger::Directory> {
    let path = configuration.ledger_directory.as_ref();
    path.map(|path| ledger::Directory::at(path))
}

/// A name that nobody else has.
#[must_use]
pub fn new_name() -> String {
    let number: u64 = rand::random();
    format!("fermata/{number:016x}")
}

impl KeyFile {
    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Reads the key. `None` if the file is not there.
    ///
    /// # Errors
    /// When it cannot be read, others can read it, or it holds no key.
    pub fn read(&self) -> Result<Option<SigningKey>, KeyFileError> {
        let metadata = match fs::metadata(&self.0) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(self.failed(source)),
        };
        if metadata.permissions().mode() & OTHERS != 0 {
            return Err(KeyFileError::Open(self.0.clone()));
        }
        let line = fs::read_to_string(&self.0).map_err(|source| self.failed(source))?;
        let key = SigningKey::read(&line).map_err(|source| self.bad(source))?;
        Ok(Some(key))
    }

    /// Creates the key.
    ///
    /// # Errors
    /// When the file is there already or cannot be written, or no ledger may have that name.
    pub fn create(&self, name: &str) -> Result<SigningKey, KeyFileError> {
        let (key, line) = self.generate(name)?;
        // Whole before it has its name: of two processes that make it, one finds the other's.
        let process = std::process::id();
        let beside = self.0.with_added_extension(format!("{process}.new"));
        let written = owner_only(OpenOptions::new().create(true).truncate(true), &beside)
            .and_then(|file| keep(file, &line))
            .and_then(|()| fs::hard_link(&beside, &self.0));
        let _not_even_begun = fs::remove_file(&beside);
        match written {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                return Err(KeyFileError::Exists(self.0.clone()));
            }
            written => written.map_err(|source| self.failed(source))?,
        }
        self.name(key.public())?;
        Ok(key)
    }

    /// Makes the key that is to take the place of this one, of the same name, in a file beside it. One
    /// that is there already, because a rotation broke off, is taken.
    ///
    /// # Errors
    /// When there is no key to replace, or the file cannot be written.
    pub fn begin_rotation(&self) -> Result<SigningKey, KeyFileError> {
        let old = self.read()?;
        let old = old.ok_or_else(|| KeyFileError::Missing(self.0.clone()))?;
        let next = self.next();
        let name = old.public().ledger();
        let begun = next.read()?.filter(|next| next.public().ledger() == name);
        let key = match begun {
            Some(key) => key,
            None => {
                let (key, line) = self.generate(name)?;
                owner_only(OpenOptions::new().create(true).truncate(true), &next.0)
                    .and_then(|file| keep(file, &line))
                    .map_err(|source| next.failed(source))?;
                key
            }
        };
        // Named before it signs: whoever finds its signature finds it in the list.
        self.name(old.public())?;
        self.name(key.public())?;
        Ok(key)
    }

    /// Puts the new key in the place of the old one, which was replaced at these checkpoints.
    ///
    /// # Errors
    /// When the files cannot be written.
    pub fn finish_rotation(&self, new: &SigningKey, at: &Retirement) -> Result<(), KeyFileError> {
        let keys = self.public_keys()?.into_iter();
        let (new, old): (Vec<_>, Vec<_>) = keys.partition(|key| key.key() == new.public());
        let old = old.into_iter().map(|key| key.retire(at));
        let lines: Vec<String> = old.chain(new).map(|key| key.to_string()).collect();
        let path = self.public();
        let beside = path.with_added_extension("new");
        let mut options = OpenOptions::new();
        let options = options.write(true).create(true).truncate(true).mode(0o644);
        options
            .open(&beside)
            .and_then(|file| keep(file, &lines.join("\n")))
            .and_then(|()| fs::rename(&beside, &path))
            .map_err(|source| KeyFileError::File { path, source })?;
        fs::rename(self.next().0, &self.0).map_err(|source| self.failed(source))
    }

    /// Every public key that the ledger ever had, the oldest first. Needs no private key.
    ///
    /// # Errors
    /// When a line of them is none.
    pub fn public_keys(&self) -> Result<Vec<LedgerKey>, KeyFileError> {
        let path = self.public();
        match fs::read_to_string(&path) {
            Ok(lines) => parse_keys(&lines, &path),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let key = self.read()?;
                Ok(key.iter().map(|key| key.public().clone().into()).collect())
            }
            Err(source) => Err(KeyFileError::File { path, source }),
        }
    }

    fn generate(&self, name: &str) -> Result<(SigningKey, String), KeyFileError> {
        SigningKey::generate(name, rand::random()).map_err(|source| self.bad(source))
    }

    /// Adds a public key to the list, unless it is there.
    fn name(&self, key: &VerifyingKey) -> Result<(), KeyFileError> {
        let path = self.public();
        let named = fs::read_to_string(&path).unwrap_or_default();
        if named
            .lines()
            .any(|line| line.split(' ').next() == Some(key.as_str()))
        {
            return Ok(());
        }
        let mut options = OpenOptions::new();
        let file = options.append(true).create(true).mode(0o644).open(&path);
        file.and_then(|file| keep(file, key.as_str()))
            .map_err(|source| KeyFileError::File { path, source })
    }

    /// Where the next key is while it takes over.
    fn next(&self) -> Self {
        Self(self.0.with_added_extension("new"))
    }

    fn public(&self) -> PathBuf {
        self.0.with_added_extension(PUBLIC)
    }

    fn failed(&self, source: io::Error) -> KeyFileError {
        let path = self.0.clone();
        KeyFileError::File { path, source }
    }

    fn bad(&self, source: BadKey) -> KeyFileError {
        let path = self.0.clone();
        KeyFileError::Bad { path, source }
    }
}

/// The public keys of a text: one, or a line each.
///
/// # Errors
/// When a line is none.
pub fn parse_keys(text: &str, path: &Path) -> Result<Vec<LedgerKey>, KeyFileError> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let bad = |source| KeyFileError::Bad {
        path: path.to_owned(),
        source,
    };
    let keys: Result<_, _> = lines.map(LedgerKey::read).collect();
    keys.map_err(bad)
}

fn owner_only(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    options.write(true).mode(OWNER_ONLY).open(path)
}

fn keep(mut file: File, line: &str) -> io::Result<()> {
    writeln!(file, "{line}")?;
    file.sync_all()
}
