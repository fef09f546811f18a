//! The directory of the server's Unix socket: the only door to the server, and only its account can
//! enter it.
//!
//! The kernel limits a socket's path, so a long data directory gets its socket under `/tmp`, in a
//! directory named by a hash of the data directory's path. `TMPDIR` plays no part: processes with
//! different environments must agree. Anybody may create things in `/tmp`, so a directory that
//! belongs to somebody else is refused, not used.

use std::fs::{self, DirBuilder, Permissions};
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;

use crate::data_directory::DataDirectory;
use crate::error::{FileError, OpenError};

/// The port number is part of the socket's name; this is the one that clients assume.
pub(crate) const PORT: u16 = 5432;

/// The least of the systems' limits (macOS; Linux has 107).
const SOCKET_PATH_BYTES_MAX: usize = 103;
const SHARED_DIRECTORY: &str = "/tmp";

/// Where the socket is, whether or not that directory exists yet.
pub(crate) fn directory(data: &DataDirectory) -> PathBuf {
    let near = data.run();
    let socket_path_bytes = near.join(format!(".s.PGSQL.{PORT}")).as_os_str().len();
    if socket_path_bytes <= SOCKET_PATH_BYTES_MAX {
        return near;
    }
    let hash = fnv_1a(data.path().as_os_str().as_bytes());
    Path::new(SHARED_DIRECTORY).join(format!("fermata-{hash:016x}"))
}

/// Beside the socket the server keeps its number, as in its pid file.
pub(crate) fn lock_file(data: &DataDirectory) -> PathBuf {
    directory(data).join(format!(".s.PGSQL.{PORT}.lock"))
}

/// Makes the directory, or makes sure that the one which is there is the account's alone. Comes
/// before any connection: what answers in a directory of somebody else's is not our server.
pub(crate) fn prepare(data: &DataDirectory) -> Result<(), OpenError> {
    let path = directory(data);
    match DirBuilder::new().mode(0o700).create(&path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            Err(FileError::on("create", &path)(error).into())
        }
        _ => claim(data, &path),
    }
}

/// A directory that is ours, and not the account's, is one that a crash kept us from handing over.
fn claim(data: &DataDirectory, path: &Path) -> Result<(), OpenError> {
    let metadata = fs::symlink_metadata(path).map_err(FileError::on("look at", path))?;
    let account = data.account();
    if !metadata.is_dir() || !(account.owns(&metadata) || metadata.uid() == geteuid().as_raw()) {
        return Err(OpenError::OwnedByAnother {
            directory: path.to_path_buf(),
            owner: format!("the user number {}", metadata.uid()),
            account: account.name().to_owned(),
        });
    }
    if metadata.mode() & 0o777 != 0o700 {
        fs::set_permissions(path, Permissions::from_mode(0o700))
            .map_err(FileError::on("protect", path))?;
    }
    Ok(account.give(path)?)
}

/// Leaves nothing in `/tmp` once the server has stopped.
pub(crate) fn tidy(data: &DataDirectory) {
    let path = directory(data);
    if let Err(error) = fs::remove_dir(&path) {
        tracing::debug!(%error, path = %path.display(), "the socket's directory was left");
    }
}

/// Not the standard library's hash, which may differ between two builds that have to agree.
fn fnv_1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_a_path_never_changes() {
        assert_eq!(fnv_1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv_1a(b"foobar"), 0x8594_4171_f739_67e8);
    }
}
