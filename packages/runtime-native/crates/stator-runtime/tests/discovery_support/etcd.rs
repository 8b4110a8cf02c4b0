//! A real etcd on loopback for tests.
#![allow(dead_code, reason = "each test program uses its own part")]
#![allow(clippy::expect_used, reason = "a failed expectation is a failed test")]

use std::{
    env, fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use stator_runtime::discovery::EtcdOptions;
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(60);

/// One etcd with its data in a folder of its own. It ends with this object, and with this process.
pub struct Etcd {
    child: Option<Child>,
    folder: TempDir,
    client: String,
    peer: String,
    extra: Vec<String>,
    name: String,
    /// Every member of its cluster, as etcd wants it.
    cluster: String,
}

impl Etcd {
    /// Fails the test when there is no etcd: a test that is left out looks like one that passed.
    pub fn start() -> Self {
        Self::start_with("http", &[])
    }

    pub fn start_with(scheme: &str, extra: &[&str]) -> Self {
        let mut etcd = Self::new("stator", scheme, extra);
        etcd.cluster = format!("{}={}", etcd.name, etcd.peer);
        etcd.run();
        etcd
    }

    /// Three members of one cluster.
    pub fn start_three() -> [Self; 3] {
        let mut members = ["one", "two", "three"].map(|name| Self::new(name, "http", &[]));
        let cluster: Vec<String> = members
            .iter()
            .map(|each| format!("{}={}", each.name, each.peer))
            .collect();
        for member in &mut members {
            member.cluster = cluster.join(",");
        }
        // None of them is ready before two are there.
        let ready = members.each_mut().map(Self::spawn);
        for is_ready in ready {
            is_ready.recv_timeout(PATIENCE).expect("etcd takes connections");
        }
        members
    }

    fn new(name: &str, scheme: &str, extra: &[&str]) -> Self {
        Self {
            child: None,
            folder: TempDir::new().expect("a folder"),
            client: format!("{scheme}://127.0.0.1:{}", free_port()),
            peer: format!("http://127.0.0.1:{}", free_port()),
            extra: extra.iter().map(|word| (*word).to_owned()).collect(),
            name: name.to_owned(),
            cluster: String::new(),
        }
    }

    pub fn endpoint(&self) -> &str {
        &self.client
    }

    /// Options with a lease short enough for tests.
    pub fn options(&self) -> EtcdOptions {
        EtcdOptions {
            lease_ttl: Duration::from_secs(2),
            ..EtcdOptions::new(vec![self.client.clone()])
        }
    }

    /// Starts it, again if it was killed, with the data and the ports that it had.
    pub fn run(&mut self) {
        self.spawn().recv_timeout(PATIENCE).expect("etcd takes connections");
    }

    fn spawn(&mut self) -> mpsc::Receiver<()> {
        let (program, before) = dies_with_us();
        let data = self.folder.path().join("data");
        let mut child = Command::new(program)
            .args(before)
            .args(["--name", &self.name, "--data-dir"])
            .arg(data)
            .args(["--log-level", "info", "--unsafe-no-fsync"])
            .args([
                "--listen-client-urls",
                &self.client,
                "--advertise-client-urls",
                &self.client,
            ])
            .args([
                "--listen-peer-urls",
                &self.peer,
                "--initial-advertise-peer-urls",
                &self.peer,
            ])
            .args(["--initial-cluster", &self.cluster])
            .args(&self.extra)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("etcd starts");
        let errors = child.stderr.take().expect("its output");
        self.child = Some(child);
        let (ready, is_ready) = mpsc::channel();
        // It goes on to read, or etcd would stop when the pipe is full.
        thread::spawn(move || {
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                if line.contains("serving insecure client") || line.contains("serving client") {
                    let _ = ready.send(());
                }
            }
        });
        is_ready
    }

    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Kills it and forgets what it knew.
    pub fn kill_and_wipe(&mut self) {
        self.kill();
        fs::remove_dir_all(self.folder.path().join("data")).expect("its data");
    }

    /// Stops its clock: connections stay, nothing answers.
    pub fn pause(&self) {
        self.signal("-STOP");
    }

    pub fn resume(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let pid = self.child.as_ref().expect("it runs").id();
        let status = Command::new("kill").args([signal, &pid.to_string()]).status();
        assert!(status.expect("kill runs").success());
    }
}

impl Drop for Etcd {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The program to start and its first arguments: where there is a tool for it, the kernel ends etcd with us.
fn dies_with_us() -> (PathBuf, Vec<String>) {
    let etcd = binary();
    match on_path("setpriv") {
        Some(setpriv) => {
            let etcd = etcd.display().to_string();
            let words = ["--pdeathsig", "KILL", "--", etcd.as_str()];
            (setpriv, words.map(str::to_owned).to_vec())
        }
        None => (etcd, Vec::new()),
    }
}

fn binary() -> PathBuf {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../.stator/servers/etcd");
    on_path("etcd").or_else(|| kept.exists().then_some(kept)).expect(
        "etcd is neither on PATH nor in .stator/servers: `bun run test:rust` fetches it; or install etcd-server",
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

/// What somebody with the original's own tools would do to an etcd.
pub struct Admin(etcd_client::Client);

impl Admin {
    pub async fn connect(etcd: &Etcd) -> Self {
        let client = etcd_client::Client::connect([etcd.endpoint()], None).await;
        Self(client.expect("an admin's connection"))
    }

    /// Makes etcd want to know who asks: only root, with this password, may do anything.
    pub async fn guard(&self, password: &str) {
        let mut auth = self.0.auth_client();
        auth.user_add("root", password, None).await.expect("a user");
        auth.role_add("root").await.expect("a role");
        auth.user_grant_role("root", "root").await.expect("its role");
        auth.auth_enable().await.expect("a guard");
    }

    /// Everything whose key begins so.
    pub async fn get(&self, prefix: &str) -> Vec<etcd_client::KeyValue> {
        let options = etcd_client::GetOptions::new().with_prefix();
        let answer = self.0.kv_client().get(prefix, Some(options)).await;
        answer.expect("get").take_kvs()
    }

    /// Looks until what begins so is as wanted.
    pub async fn until(
        &self,
        prefix: &str,
        wanted: impl Fn(&[etcd_client::KeyValue]) -> bool,
    ) -> Vec<etcd_client::KeyValue> {
        let look = async {
            loop {
                let found = self.get(prefix).await;
                if wanted(&found) {
                    return found;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, look)
            .await
            .expect("etcd has it in the end")
    }

    pub async fn put(&self, key: &str, value: &str) {
        self.0.kv_client().put(key, value, None).await.expect("put");
    }

    pub async fn put_with_lease(&self, key: &str, value: &str, lease: u64) {
        let options = etcd_client::PutOptions::new().with_lease(lease.cast_signed());
        let put = self.0.kv_client().put(key, value, Some(options)).await;
        put.expect("put");
    }

    pub async fn delete(&self, key: &str) {
        self.0.kv_client().delete(key, None).await.expect("delete");
    }

    /// Seconds that a lease has to live; -1 for one that etcd does not know.
    pub async fn ttl(&self, lease: u64) -> i64 {
        let answer = self.0.lease_client().time_to_live(lease.cast_signed(), None).await;
        answer.expect("time to live").ttl()
    }

    /// Seconds that a lease was made for.
    pub async fn granted_ttl(&self, lease: u64) -> i64 {
        let answer = self.0.lease_client().time_to_live(lease.cast_signed(), None).await;
        answer.expect("time to live").granted_ttl()
    }

    pub async fn revoke(&self, lease: u64) {
        self.0.lease_client().revoke(lease.cast_signed()).await.expect("revoke");
    }

    /// Forgets everything but the present state.
    pub async fn compact(&self) {
        let mut client = self.0.kv_client();
        let now = client.get("x", None).await.expect("get");
        let revision = now.header().expect("a header").revision();
        client.compact(revision, None).await.expect("compact");
    }
}
