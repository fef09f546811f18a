//! What the figures were measured on.

use serde::Serialize;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::time::Instant;

use crate::latency::{Latency, micros};

const SYNCS: usize = 200;
const PAGE: [u8; 8192] = [0; 8192];

/// The machine, as far as it tells.
#[derive(Debug, Serialize)]
pub struct Machine {
    pub system: String,
    pub processor: Option<String>,
    pub cores: usize,
    /// Of the directory that PostgreSQL lives in.
    pub filesystem: Option<String>,
    /// A page of 8 KiB appended and synchronised, in that directory.
    pub sync: Latency,
}

impl Machine {
    /// Looks at the machine; `directory` is where PostgreSQL will live.
    pub fn survey(directory: &Path) -> io::Result<Self> {
        let text = |path| fs::read_to_string(path).ok();
        let release = text("/proc/sys/kernel/osrelease").unwrap_or_default();
        Ok(Self {
            system: format!(
                "{} {} {}",
                std::env::consts::OS,
                release.trim(),
                std::env::consts::ARCH
            ),
            processor: text("/proc/cpuinfo").and_then(|text| processor(&text)),
            cores: std::thread::available_parallelism()?.get(),
            filesystem: text("/proc/mounts").and_then(|text| filesystem(&text, directory)),
            sync: sync(&directory.join("sync"))?,
        })
    }

    /// Whether what is written there is lost when the power goes.
    pub fn is_volatile(&self) -> bool {
        self.filesystem
            .as_deref()
            .is_some_and(|name| matches!(name, "tmpfs" | "ramfs"))
    }
}

fn processor(text: &str) -> Option<String> {
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// The kind of the innermost mount that holds `directory`.
fn filesystem(mounts: &str, directory: &Path) -> Option<String> {
    let directory = fs::canonicalize(directory).unwrap_or_else(|_| directory.to_path_buf());
    let mount = |line: &str| {
        let mut fields = line.split(' ').skip(1).map(str::to_owned);
        Some((fields.next()?, fields.next()?))
    };
    let holds = |(place, _): &(String, String)| directory.starts_with(place);
    let mounts = mounts.lines().filter_map(mount).filter(holds);
    mounts
        .max_by_key(|(place, _)| place.len())
        .map(|(_, kind)| kind)
}

fn sync(path: &Path) -> io::Result<Latency> {
    let mut file = File::create(path)?;
    let mut samples = Vec::with_capacity(SYNCS);
    for _ in 0..SYNCS {
        let began = Instant::now();
        file.write_all(&PAGE)?;
        file.sync_data()?;
        samples.push(micros(began.elapsed()));
    }
    fs::remove_file(path)?;
    Ok(Latency::of(samples))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_mount_counts() {
        let mounts =
            "/dev/a / ext4 rw 0 0\ntmpfs /nowhere tmpfs rw 0 0\n/dev/b /nowhere/b xfs rw 0 0\n";

        let kind = |path| filesystem(mounts, Path::new(path));

        assert_eq!(kind("/nowhere/b/c").as_deref(), Some("xfs"));
        assert_eq!(kind("/nowhere/c").as_deref(), Some("tmpfs"));
        assert_eq!(kind("/else").as_deref(), Some("ext4"));
    }
}
