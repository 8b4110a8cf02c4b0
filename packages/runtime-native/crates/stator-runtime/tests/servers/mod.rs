//! Programs that tests start as servers on loopback.
#![allow(dead_code, reason = "each test program uses its own part")]
#![allow(clippy::expect_used, reason = "a failed expectation is a failed test")]

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

const PATIENCE: Duration = Duration::from_secs(60);

/// How often a server of a test is tried on other ports: a test beside it can take a port that was free a moment ago.
pub const ATTEMPTS: usize = 5;

/// A server that ends with this object, and with this process.
pub struct ServerProcess(Child);

impl ServerProcess {
    /// Starts what is called so, and waits until it writes one of the `ready` texts; none when it ended before. `package`
    /// has it. Fails the test when there is none: a test that is left out looks like one that passed.
    pub fn start(name: &str, package: &str, arguments: &[String], ready: &'static [&'static str]) -> Option<Self> {
        let (program, before) = dies_with_us(binary(name, package));
        let mut child = Command::new(program)
            .args(before)
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let errors = child.stderr.take().expect("its output");
        let started = Self(child);
        let (told, is_ready) = mpsc::channel();
        // It goes on to read, or the server would stop when the pipe is full.
        thread::spawn(move || {
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                if ready.iter().any(|text| line.contains(text)) {
                    let _ = told.send(());
                }
            }
        });
        is_ready.recv_timeout(PATIENCE).ok().map(|()| started)
    }

    /// Sends it a signal, as `-STOP`.
    pub fn signal(&self, signal: &str) {
        let pid = self.0.id();
        let status = Command::new("kill").args([signal, &pid.to_string()]).status();
        assert!(status.expect("kill runs").success());
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its address").port()
}

/// The program to start and its first arguments: where there is a tool for it, the kernel ends the server with us.
fn dies_with_us(server: PathBuf) -> (PathBuf, Vec<String>) {
    match on_path("setpriv") {
        Some(setpriv) => {
            let server = server.display().to_string();
            let words = ["--pdeathsig", "KILL", "--", server.as_str()];
            (setpriv, words.map(str::to_owned).to_vec())
        }
        None => (server, Vec::new()),
    }
}

fn binary(name: &str, package: &str) -> PathBuf {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../../.stator/servers")
        .join(name);
    on_path(name)
        .or_else(|| kept.exists().then_some(kept))
        .unwrap_or_else(|| {
            panic!(
                "{name} is neither on PATH nor in .stator/servers: `bun run test:rust` fetches it; or install {package}"
            )
        })
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let more = ["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from);
    env::split_paths(&path)
        .chain(more)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}
