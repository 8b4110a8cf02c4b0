//! The file back end: its files, and processes that die.
#![allow(clippy::expect_used, reason = "a failed expectation is a failed test")]

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, SystemTime},
};

use crate::discovery_support::{PATIENCE, places, port, record, until};
use rustix::process::{Pid, Signal, kill_process};
use stator_runtime::{
    ErrorCode,
    discovery::{Discovery, FileDiscovery, FileOptions, FileRoot, file::BUCKET},
};
use tempfile::TempDir;
use tokio::time::timeout;

/// Short, so that expiry can be awaited; long enough that a busy machine keeps three keep-alives a TTL.
const TTL: Duration = Duration::from_millis(1500);

/// Names the folder that a child process of these tests shall register in.
const CHILD_ROOT: &str = "STATOR_TEST_DISCOVERY_ROOT";

fn shared(folder: &Path) -> FileOptions {
    FileOptions {
        ttl: TTL,
        ..FileOptions::new(FileRoot::Shared(folder.to_owned()))
    }
}

async fn connect(folder: &TempDir) -> FileDiscovery {
    FileDiscovery::connect(shared(folder.path()))
        .await
        .expect("the folder can be used")
}

fn names(folder: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(folder.path().join(BUCKET)).expect("the bucket");
    entries
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect()
}

fn age_by_an_hour(path: &Path) {
    let file = fs::File::options().write(true).open(path).expect("the file");
    file.set_modified(SystemTime::now() - Duration::from_secs(3600))
        .expect("utimes");
}

/// A process that registers `hello.backend.child` and stays; killed when dropped.
struct Worker(Child);

impl Worker {
    fn start(folder: &TempDir) -> Self {
        let mut command = Command::new(env::current_exe().expect("this program"));
        command
            .args(["--ignored", "--exact", "file::a_worker_process"])
            .env(CHILD_ROOT, folder.path());
        Self(
            command
                .stdout(Stdio::null())
                .stdin(Stdio::piped())
                .spawn()
                .expect("a child"),
        )
    }

    fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw).expect("a pid");
        kill_process(pid, signal).expect("the child lives");
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
#[ignore = "run by other tests, in a process of its own"]
fn a_worker_process() {
    let root = PathBuf::from(env::var_os(CHILD_ROOT).expect("started by another test"));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let discovery = FileDiscovery::connect(shared(&root)).await.expect("connect");
        discovery
            .register(record(&discovery, "child", 7))
            .await
            .expect("register");
        // Until killed, or until the parent is gone and its end of the pipe with it.
        let wait = tokio::task::spawn_blocking(|| std::io::read_to_string(std::io::stdin()));
        let _ = wait.await;
    });
}

#[tokio::test]
async fn writes_the_files_of_the_original() {
    let folder = TempDir::new().expect("a folder");
    let worker = connect(&folder).await;
    let mut instance = record(&worker, "generate", 44621);
    instance.namespace = "hello_world".into();
    worker.register(instance.clone()).await.expect("register");

    let id = worker.connection_id();
    let name = format!("hello%5Fworld%2Fbackend%2Fgenerate%2F{id:x}");
    assert_eq!(
        names(&folder),
        [name.as_str()],
        "one file, nothing half-written beside it"
    );
    let text = fs::read_to_string(folder.path().join(BUCKET).join(&name)).expect("the record");
    assert_eq!(text.trim_end(), text, "no newline");
    assert!(
        text.contains(&format!("\"instance_id\":{id},")),
        "a bare number with all its digits: {text}"
    );
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(json["type"], "Endpoint");
    assert_eq!(json["namespace"], "hello_world");
    assert_eq!(json["transport"]["tcp"], "127.0.0.1:44621/generate");
    assert_eq!(json["stator"]["address"], "127.0.0.1:44621");
    worker.close().await;
    assert!(names(&folder).is_empty());
}

#[tokio::test]
async fn reads_a_record_that_another_implementation_wrote() {
    let folder = TempDir::new().expect("a folder");
    let client = connect(&folder).await;
    let mut seen = client.watch().await.expect("watch");
    let text = r#"{"type":"Endpoint","component":"backend","endpoint":"generate","namespace":"hello_world",
        "instance_id":11805256616480462061,
        "transport":{"tcp":"127.0.0.1:44621/a3d4b25883a5d4ed/hello_world/backend/generate"},
        "device_type":"cuda","request_plane_codec":"msgpack","from_the_future":{"a":[1]}}"#;
    let name = "hello%5Fworld%2Fbackend%2Fgenerate%2Fa3d4b25883a5d4ed";
    fs::write(folder.path().join(BUCKET).join(name), text).expect("write");
    let snapshot = until(&mut seen, |snapshot| snapshot.len() == 1).await;
    assert_eq!(snapshot[0].instance_id, 11_805_256_616_480_462_061);
    assert_eq!(snapshot[0].stator, None);
    assert_eq!(places(&snapshot), ["hello_world.backend.generate#a3d4b25883a5d4ed"]);
}

#[tokio::test]
async fn names_that_make_no_file_name_are_refused() {
    let folder = TempDir::new().expect("a folder");
    let worker = connect(&folder).await;
    let refused = worker
        .register(record(&worker, &"a-".repeat(64), 1))
        .await
        .expect_err("too long");
    assert_eq!(refused.code, ErrorCode::InvalidArgument);
    assert!(refused.message.contains("shorten"), "{}", refused.message);
    worker
        .register(record(&worker, &"a".repeat(128), 1))
        .await
        .expect("long, but it fits");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_living_worker_stays_and_an_unfinished_write_goes() {
    let folder = TempDir::new().expect("a folder");
    let bucket = folder.path().join(BUCKET);
    let (worker, client) = (connect(&folder).await, connect(&folder).await);
    let mut seen = client.watch().await.expect("watch");
    worker.register(record(&worker, "generate", 1)).await.expect("register");
    until(&mut seen, |snapshot| snapshot.len() == 1).await;

    let own = bucket.join(&names(&folder)[0]);
    let leftover = bucket.join(".tmp_0123456789abcdef");
    fs::write(&leftover, "{").expect("write");
    age_by_an_hour(&leftover);
    let registered = fs::metadata(&own).and_then(|file| file.modified()).expect("a time");
    let mut states = 0;
    let outlived = async {
        loop {
            tokio::select! {
                changed = seen.changed() => {
                    changed.expect("the back end lives");
                    states += 1;
                }
                () = tokio::time::sleep(TTL / 10) => {}
            }
            let touched = fs::metadata(&own)
                .and_then(|file| file.modified())
                .expect("the record stays");
            if touched > registered + TTL * 2 && !leftover.exists() {
                return;
            }
        }
    };
    timeout(PATIENCE, outlived)
        .await
        .expect("kept alive, and the leftover swept");
    assert_eq!(states, 0, "a keep-alive is no change");
    assert_eq!(seen.borrow().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_disappears() {
    let folder = TempDir::new().expect("a folder");
    let client = connect(&folder).await;
    let mut seen = client.watch().await.expect("watch");
    let mut worker = Worker::start(&folder);
    let snapshot = until(&mut seen, |snapshot| snapshot.len() == 1).await;
    assert_eq!(
        (snapshot[0].path().as_str(), port(&snapshot[0])),
        ("hello.backend.child", "7")
    );

    worker.0.kill().expect("SIGKILL");
    worker.0.wait().expect("it is dead");
    assert_eq!(names(&folder).len(), 1, "a killed process leaves its record behind");
    until(&mut seen, |snapshot| snapshot.is_empty()).await;
    assert!(names(&folder).is_empty(), "and somebody else deletes it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_process_comes_back_when_it_goes_on() {
    let folder = TempDir::new().expect("a folder");
    let client = connect(&folder).await;
    let mut seen = client.watch().await.expect("watch");
    let worker = Worker::start(&folder);
    let before = until(&mut seen, |snapshot| snapshot.len() == 1).await;
    worker.signal(Signal::STOP);
    until(&mut seen, |snapshot| snapshot.is_empty()).await;
    worker.signal(Signal::CONT);
    let after = until(&mut seen, |snapshot| snapshot.len() == 1).await;
    assert_eq!(before, after, "the same record under the same id");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_never_told_of_workers_that_died_before_it_came() {
    let folder = TempDir::new().expect("a folder");
    let dead = connect(&folder).await;
    dead.register(record(&dead, "generate", 1)).await.expect("register");
    let record = folder.path().join(BUCKET).join(&names(&folder)[0]);
    let content = fs::read(&record).expect("the record");
    dead.close().await;
    fs::write(&record, content).expect("as a killed process would leave it");
    age_by_an_hour(&record);

    let client = connect(&folder).await;
    assert!(client.watch().await.expect("watch").borrow().is_empty());
}

/// As by a process that is suspended in the middle of a write.
#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_is_never_released_stops_nobody() {
    let folder = TempDir::new().expect("a folder");
    let dead = connect(&folder).await;
    dead.register(record(&dead, "generate", 1)).await.expect("register");
    let stale = folder.path().join(BUCKET).join(&names(&folder)[0]);
    let content = fs::read(&stale).expect("the record");
    dead.close().await;
    fs::write(&stale, content).expect("as a killed process would leave it");
    age_by_an_hour(&stale);
    let lock = fs::File::open(folder.path().join(BUCKET)).expect("the folder");
    lock.lock().expect("nobody has it");

    let client = connect(&folder).await;
    let mut seen = client.watch().await.expect("watch");
    client.register(record(&client, "count", 2)).await.expect("register");
    let snapshot = until(&mut seen, |snapshot| snapshot.len() == 1).await;
    assert_eq!(
        snapshot[0].endpoint, "count",
        "the old record is gone, the new one is there"
    );
    assert!(!stale.exists());
    lock.unlock().expect("still held");
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_comes_back_after_the_folder_was_deleted() {
    let folder = TempDir::new().expect("a folder");
    let (worker, client) = (connect(&folder).await, connect(&folder).await);
    let mut seen = client.watch().await.expect("watch");
    worker.register(record(&worker, "generate", 1)).await.expect("register");
    until(&mut seen, |snapshot| snapshot.len() == 1).await;
    // The worker may put its record back between the removal of the files and that of their folder.
    while let Err(error) = fs::remove_dir_all(folder.path()) {
        assert_eq!(error.kind(), io::ErrorKind::DirectoryNotEmpty, "{error}");
    }
    let back = async {
        while fs::read_dir(folder.path().join(BUCKET)).map_or(0, Iterator::count) == 0 {
            tokio::time::sleep(TTL / 100).await;
        }
    };
    timeout(PATIENCE, back).await.expect("the worker registers again");
    worker.register(record(&worker, "count", 1)).await.expect("register");
    until(&mut seen, |snapshot| snapshot.len() == 2).await;
}
