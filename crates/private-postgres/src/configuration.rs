//! The server's parameters, as the file `fermata.conf`.
//!
//! The server is told to read this file in place of the cluster's own `postgresql.conf`, which it
//! includes first: so what `initdb` found out about the machine holds, what stands here wins, and
//! the cluster stays as `initdb` made it. The file is written anew before each start, under the
//! start lock.
//!
//! What always holds: no TCP port; a log without the values of statements, since those may be
//! somebody's personal data (`log_min_error_statement`, and `log_error_verbosity`, which leaves out
//! the DETAIL of a violated constraint).

use std::fs::{self, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::error::FileError;
use crate::socket::PORT;

/// Whether an acknowledged commit survives a crash of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// It does: the only choice for data that somebody relies on.
    Full,
    /// It does not, and a crash of the machine may ruin the cluster; a killed server still loses
    /// nothing. For tests.
    None,
}

const PARAMETERS: [(&str, &str); 14] = [
    ("listen_addresses", ""),
    ("unix_socket_permissions", "0700"),
    ("cluster_name", "fermata"),
    ("max_connections", "100"),
    ("shared_buffers", "256MB"),
    ("max_wal_size", "2GB"),
    ("checkpoint_timeout", "15min"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
    ("logging_collector", "off"),
    ("log_destination", "stderr"),
    ("log_line_prefix", "%m [%p] "),
    ("log_min_error_statement", "panic"),
    ("log_error_verbosity", "terse"),
];

impl Durability {
    /// Commits stay synchronous in both: without that, they would not even survive the server's
    /// being killed.
    fn parameters(self) -> [(&'static str, &'static str); 3] {
        let to_the_disk = match self {
            Self::Full => "on",
            Self::None => "off",
        };
        [
            ("fsync", to_the_disk),
            ("full_page_writes", to_the_disk),
            ("synchronous_commit", "on"),
        ]
    }
}

/// Writes the file. Of a parameter given twice the last value counts, so `extra` overrides ours.
pub(crate) fn write(
    path: &Path,
    durability: Durability,
    socket_directory: &Path,
    extra: &[(String, String)],
) -> Result<(), FileError> {
    let mut text = b"include 'cluster/postgresql.conf'\n".to_vec();
    setting(&mut text, "port", PORT.to_string().as_bytes());
    setting(
        &mut text,
        "unix_socket_directories",
        &listed(socket_directory),
    );
    for (name, value) in PARAMETERS.into_iter().chain(durability.parameters()) {
        setting(&mut text, name, value.as_bytes());
    }
    for (name, value) in extra {
        setting(&mut text, name, value.as_bytes());
    }
    let readable_by_the_server = Permissions::from_mode(0o644);
    fs::write(path, text)
        .and_then(|()| fs::set_permissions(path, readable_by_the_server))
        .map_err(FileError::on("write", path))
}

fn setting(text: &mut Vec<u8>, name: &str, value: &[u8]) {
    text.extend_from_slice(name.as_bytes());
    text.extend_from_slice(b" = '");
    text.extend(doubling(doubling(value, b'\\').as_slice(), b'\''));
    text.extend_from_slice(b"'\n");
}

/// One directory, in a parameter that takes a list of them separated by commas.
fn listed(directory: &Path) -> Vec<u8> {
    let inner = doubling(directory.as_os_str().as_bytes(), b'"');
    [b"\"".as_slice(), &inner, b"\""].concat()
}

fn doubling(value: &[u8], special: u8) -> Vec<u8> {
    value
        .iter()
        .flat_map(|byte| std::iter::repeat_n(*byte, if *byte == special { 2 } else { 1 }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_leave_its_quotes() {
        let mut text = Vec::new();

        setting(&mut text, "name", br"it's a \ path");

        assert_eq!(text, b"name = 'it''s a \\\\ path'\n");
    }
}
