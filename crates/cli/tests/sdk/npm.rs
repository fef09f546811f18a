//! Node packages: their dependencies, as their lockfiles have them, and their programs.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::process::Command;

/// The oldest Node that the SDK runs on.
const NODE_MAJOR_MIN: u32 = 18;
/// Where a package keeps the lockfile that its dependencies were installed by.
const INSTALLED_BY: &str = "node_modules/.installed-by";

/// A package of this repository with its dependencies in place.
pub struct Package {
    directory: PathBuf,
}

impl Package {
    /// The package in this directory, seen from the repository's root.
    pub async fn open(place: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let package = Self {
            directory: root.join(place),
        };
        require_node().await;
        package.install().await;
        package
    }

    /// A command that runs in the package, with nothing of our own environment but the path.
    pub fn command(&self, program: &str) -> Command {
        let mut command = bare(program);
        command.current_dir(&self.directory);
        command
    }

    /// The files of a folder that are suites.
    pub fn suites(&self, folder: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.directory.join(folder)).unwrap();
        let mut suites: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        suites.retain(|path| path.to_string_lossy().ends_with(".test.mjs"));
        suites.sort();
        assert!(!suites.is_empty(), "no suites in {folder}");
        suites
    }

    /// Does what the lockfile says, unless that was done. One process at a time.
    async fn install(&self) {
        let lockfile = fs::read_to_string(self.directory.join("package-lock.json")).unwrap();
        let lock = File::create(Path::new(env!("CARGO_TARGET_TMPDIR")).join("npm.lock")).unwrap();
        lock.lock().unwrap();
        let installed_by = self.directory.join(INSTALLED_BY);
        if fs::read_to_string(&installed_by).is_ok_and(|installed| installed == lockfile) {
            return;
        }
        let mut install = self.command("npm");
        install.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
        // npm's cache lives at home, and its configuration may name a registry.
        install.envs(std::env::vars().filter(|(name, _)| {
            name == "HOME" || name.to_ascii_lowercase().starts_with("npm_config_")
        }));
        succeeds(install).await;
        fs::write(installed_by, lockfile).unwrap();
    }
}

/// Runs a command to its end, shows what it said, and panics unless it succeeded.
pub async fn succeeds(mut command: Command) -> String {
    let output = command.output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr);
    println!("{said}{complained}");
    assert!(output.status.success(), "{command:?}: {}", output.status);
    said
}

fn bare(program: &str) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

async fn require_node() {
    for program in ["node", "npm"] {
        let output = bare(program).arg("--version").output().await;
        let version = match output {
            Ok(output) if output.status.success() => String::from_utf8(output.stdout).unwrap(),
            _ => panic!("missing: {program}; to install it: scripts/prerequisites.sh node"),
        };
        let major = version.trim().trim_start_matches('v').split('.').next();
        let major: u32 = major.and_then(|major| major.parse().ok()).unwrap_or(0);
        assert!(
            program != "node" || NODE_MAJOR_MIN <= major,
            "Node {NODE_MAJOR_MIN} or newer is needed (this is {version})"
        );
    }
}
