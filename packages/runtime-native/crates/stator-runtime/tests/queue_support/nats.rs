//! A real NATS on loopback for tests.

use tempfile::TempDir;

use crate::servers::{ATTEMPTS, ServerProcess, free_port};

/// One NATS server with its data in a folder of its own. It ends with this object, and with this process.
pub struct Nats {
    process: Option<ServerProcess>,
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
                process: None,
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
        self.process = None;
    }

    /// False when it ended at once.
    fn takes_connections(&mut self) -> bool {
        let port = self.port.to_string();
        let folder = self.folder.path().display().to_string();
        let words = ["--addr", "127.0.0.1", "--port", &port, "--store_dir", &folder];
        let mut words: Vec<String> = words.map(str::to_owned).to_vec();
        words.extend(self.extra.iter().cloned());
        self.process = ServerProcess::start("nats-server", "nats-server", &words, &["Server is ready"]);
        self.process.is_some()
    }
}
