//! An nginx of a test's own: on loopback, with a directory of its own, as root or not. Ends with the test.

use nix::unistd::Uid;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How long nginx may take to listen.
const START_TIME_MAX: Duration = Duration::from_secs(10);
/// Another program may take the port between finding and using it.
const ATTEMPTS: usize = 5;
/// Where packages put it, which is not on everyone's search path.
const PLACES: [&str; 3] = ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"];

/// A running nginx.
pub struct Nginx {
    child: Child,
    directory: PathBuf,
    pub address: SocketAddr,
}

impl Nginx {
    /// With nothing but `proxy_pass` to this address: every setting is nginx's default.
    pub fn before(upstream: SocketAddr) -> Self {
        Self::with(|port| {
            format!(
                "server {{\n  listen 127.0.0.1:{port};\n  location / {{\n    \
                 proxy_pass http://{upstream};\n  }}\n}}\n"
            )
        })
    }

    /// With what `http_block` makes of a port.
    pub fn with(http_block: impl Fn(u16) -> String) -> Self {
        for _ in 0..ATTEMPTS {
            if let Some(nginx) = Self::start(&http_block) {
                return nginx;
            }
        }
        panic!("nginx does not start");
    }

    fn start(http_block: impl Fn(u16) -> String) -> Option<Self> {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = free.local_addr().expect("a bound socket");
        drop(free);
        let directory = std::env::temp_dir().join(format!("fermata-nginx-{}", Uuid::now_v7()));
        fs::create_dir(&directory).expect("a directory");
        let configuration = directory.join("nginx.conf");
        let text = configuration_of(&directory, &http_block(address.port()));
        fs::write(&configuration, text).expect("a file");
        let child = Command::new(program())
            .arg("-p")
            .arg(&directory)
            .arg("-c")
            .arg(&configuration)
            .args(["-e", "stderr"])
            .stdin(Stdio::null())
            .spawn()
            .expect("nginx");
        let mut nginx = Self {
            child,
            directory,
            address,
        };
        nginx.listens().then_some(nginx)
    }

    fn listens(&mut self) -> bool {
        let until = Instant::now() + START_TIME_MAX;
        while Instant::now() < until {
            if matches!(self.child.try_wait(), Ok(Some(_)) | Err(_)) {
                return false;
            }
            if TcpStream::connect(self.address).is_ok() {
                return true;
            }
            std::thread::yield_now();
        }
        false
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _killed = self.child.kill();
        let _waited = self.child.wait();
        let _removed = fs::remove_dir_all(&self.directory);
    }
}

/// One process, which ends when it is killed, and no file outside of its directory.
fn configuration_of(directory: &Path, http_block: &str) -> String {
    let here = directory.display();
    let user = if Uid::effective().is_root() {
        "user root;\n"
    } else {
        ""
    };
    let places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let places: String = places
        .iter()
        .map(|it| format!("{it}_temp_path {here}/{it};\n"))
        .collect();
    format!(
        "{user}daemon off;\nmaster_process off;\npid {here}/nginx.pid;\nerror_log stderr;\n\
         events {{ }}\nhttp {{\naccess_log off;\n{places}{http_block}}}\n"
    )
}

fn program() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    places.extend(PLACES.map(PathBuf::from));
    let mut programs = places.into_iter().map(|place| place.join("nginx"));
    programs
        .find(|program| program.is_file())
        .expect("missing: nginx; to install it: scripts/prerequisites.sh nginx")
}
