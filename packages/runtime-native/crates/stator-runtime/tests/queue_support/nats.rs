//! A real NATS on loopback for tests.

use std::{
    env,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(60);

/// How often a server of a test is tried on other ports.
const ATTEMPTS: usize = 5;

/// One NATS server with its data in a folder of its own. It ends with this object, and with this process.
pub struct Nats {
    child: Option<Child>,
    folder: TempDir,
    url: String,
    port: u16,
    extra: Vec<String>,
}

impl Nats {
    /// Fails the test when there is no NATS: a test that is left out looks like one that passed.
    pub fn start(extra: &[&str]) -> Self {
        for _ in 0..ATTEMPTS {
            let port = free_port();
            let mut nats = Self {
                child: None,
                folder: TempDir::new().expect("a folder"),
                url: format!("nats://127.0.0.1:{port}"),
                port,
                extra: extra.iter().map(|word| (*word).to_owned()).collect(),
            };
            if nats.takes_connections() {
                return nats;
            }
        }
        panic!("NATS did not start, {ATTEMPTS} times");
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Starts it, again if it was killed, with the data and the port that it had.
    pub fn run(&mut self) {
        assert!(self.takes_connections(), "NATS takes connections");
    }

    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// False when it ended at once: a test beside this one can have taken a port that was free a moment ago.
    fn takes_connections(&mut self) -> bool {
        let (program, before) = dies_with_us();
        let mut child = Command::new(program)
            .args(before)
            .args(["--addr", "127.0.0.1", "--port", &self.port.to_string(), "--store_dir"])
            .arg(self.folder.path())
            .args(&self.extra)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("NATS starts");
        let errors = child.stderr.take().expect("its output");
        self.child = Some(child);
        let (ready, is_ready) = mpsc::channel();
        // It goes on to read, or NATS would stop when the pipe is full.
        thread::spawn(move || {
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                if line.contains("Server is ready") {
                    let _ = ready.send(());
                }
            }
        });
        is_ready.recv_timeout(PATIENCE).is_ok()
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The program to start and its first arguments: where there is a tool for it, the kernel ends NATS with us.
fn dies_with_us() -> (PathBuf, Vec<String>) {
    let nats = binary();
    match on_path("setpriv") {
        Some(setpriv) => {
            let nats = nats.display().to_string();
            let words = ["--pdeathsig", "KILL", "--", nats.as_str()];
            (setpriv, words.map(str::to_owned).to_vec())
        }
        None => (nats, Vec::new()),
    }
}

fn binary() -> PathBuf {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../.stator/servers/nats-server");
    on_path("nats-server").or_else(|| kept.exists().then_some(kept)).expect(
        "nats-server is neither on PATH nor in .stator/servers: `bun run test:rust` fetches it; or install nats-server",
    )
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let more = ["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from);
    env::split_paths(&path)
        .chain(more)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its address").port()
}
