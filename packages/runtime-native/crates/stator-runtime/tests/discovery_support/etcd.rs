//! A real etcd on loopback for tests.
#![allow(dead_code, reason = "each test program uses its own part")]
#![allow(clippy::expect_used, reason = "a failed expectation is a failed test")]

use std::{fs, time::Duration};

use stator_runtime::discovery::EtcdOptions;
use tempfile::TempDir;

use crate::servers::{ATTEMPTS, ServerProcess, free_port};

const PATIENCE: Duration = Duration::from_secs(60);

/// One etcd with its data in a folder of its own. It ends with this object, and with this process.
pub struct Etcd {
    process: Option<ServerProcess>,
    folder: TempDir,
    client: String,
    peer: String,
    extra: Vec<String>,
}

impl Etcd {
    /// Fails the test when there is no etcd: a test that is left out looks like one that passed.
    pub fn start() -> Self {
        Self::start_with("http", &[])
    }

    pub fn start_with(scheme: &str, extra: &[&str]) -> Self {
        for _ in 0..ATTEMPTS {
            let mut etcd = Self {
                process: None,
                folder: TempDir::new().expect("a folder"),
                client: format!("{scheme}://127.0.0.1:{}", free_port()),
                peer: format!("http://127.0.0.1:{}", free_port()),
                extra: extra.iter().map(|word| (*word).to_owned()).collect(),
            };
            if etcd.takes_connections() {
                return etcd;
            }
        }
        panic!("etcd did not start, {ATTEMPTS} times");
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
        assert!(self.takes_connections(), "etcd takes connections");
    }

    /// False when it ended at once: a test beside this one can have taken a port that was free a moment ago.
    fn takes_connections(&mut self) -> bool {
        let data = self.folder.path().join("data").display().to_string();
        let mut words = vec!["--name", "stator", "--data-dir", &data];
        words.extend(["--log-level", "info", "--unsafe-no-fsync"]);
        words.extend(["--listen-client-urls", &self.client]);
        words.extend(["--advertise-client-urls", &self.client]);
        words.extend(["--listen-peer-urls", &self.peer]);
        words.extend(["--initial-advertise-peer-urls", &self.peer]);
        let cluster = format!("stator={}", self.peer);
        words.extend(["--initial-cluster", &cluster]);
        let mut words: Vec<String> = words.into_iter().map(str::to_owned).collect();
        words.extend(self.extra.iter().cloned());
        let ready = &["serving insecure client", "serving client"];
        self.process = ServerProcess::start("etcd", "etcd-server", &words, ready);
        self.process.is_some()
    }

    pub fn kill(&mut self) {
        self.process = None;
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
        self.process.as_ref().expect("it runs").signal(signal);
    }
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
