//! What this process holds in memory, as Linux tells in `/proc`. Elsewhere nothing is known.

use std::fs;

const STATUS: &str = "/proc/self/status";

/// Resident at this moment, in bytes.
pub fn resident() -> Option<u64> {
    field(&fs::read_to_string(STATUS).ok()?, "VmRSS:")
}

/// The most that ever was resident, in bytes.
pub fn peak() -> Option<u64> {
    field(&fs::read_to_string(STATUS).ok()?, "VmHWM:")
}

/// proc(5): a field a line, in kB of 1,024 bytes.
fn field(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1_024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_of_the_status_is_read_in_bytes() {
        let status = "Name:\tfermata\nVmHWM:\t    9000 kB\nVmRSS:\t    8192 kB\n";

        assert_eq!(field(status, "VmRSS:"), Some(8_388_608));
        assert_eq!(field(status, "VmPeak:"), None);
    }
}
