//! What stands in the folder but is no record harms nobody.
#![allow(clippy::expect_used, reason = "a failed expectation is a failed test")]

use std::{
    ffi::OsStr,
    fs, io,
    os::unix::{ffi::OsStrExt, fs::symlink},
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime},
};

use crate::discovery_support::{places, record, until};
use parking_lot::Mutex;
use stator_runtime::discovery::{Discovery, FileDiscovery, FileOptions, FileRoot, file::BUCKET};
use tempfile::TempDir;

/// Collects what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn lines_with(&self, text: &str) -> usize {
        String::from_utf8_lossy(&self.0.lock())
            .lines()
            .filter(|line| line.contains(text))
            .count()
    }
}

fn valid(endpoint: &str, id: u64) -> (String, String) {
    let name = format!("hello%2Fbackend%2F{endpoint}%2F{id:x}");
    let text = format!(
        r#"{{"type":"Endpoint","namespace":"hello","component":"backend","endpoint":"{endpoint}","instance_id":{id},"transport":{{}}}}"#
    );
    (name, text)
}

fn litter(bucket: &Path) {
    let (name, text) = valid("ok", 1);
    let deep = format!("{}1{}", "[".repeat(5000), "]".repeat(5000));
    let files: [(&str, &[u8]); 9] = [
        ("empty", b""),
        ("not-json", b"\x00\xff garbage"),
        ("deep", deep.as_bytes()),
        ("array", b"[1,2]"),
        ("hello%2Fbackend%2Fmodel%2F1", br#"{"type":"Model","namespace":"hello"}"#),
        ("hello%2Fbackend%2Fid%2F1", br#"{"type":"Endpoint","namespace":"hello","component":"backend","endpoint":"id","instance_id":-1,"transport":{}}"#),
        ("somewhere%2Felse%2Fok%2F1", text.as_bytes()),
        (".tmp_0123456789abcdef", text.as_bytes()),
        (&name, &text.as_bytes()[..40]),
    ];
    for (name, content) in files {
        fs::write(bucket.join(name), content).expect("write");
    }
    fs::write(bucket.join(OsStr::from_bytes(b"\xff\xfe")), &text).expect("write");
    fs::write(bucket.join("big"), vec![b' '; 100_000]).expect("write");
    fs::create_dir(bucket.join("hello%2Fbackend%2Fdir%2F1")).expect("mkdir");
    let (linked, text) = valid("linked", 2);
    fs::write(bucket.join("../outside"), text).expect("write");
    symlink("../outside", bucket.join(linked)).expect("symlink");
    rustix::fs::mkfifoat(rustix::fs::CWD, bucket.join(valid("pipe", 3).0), rustix::fs::Mode::RUSR).expect("mkfifo");
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_is_skipped_with_one_warning_each() {
    let log = Log::default();
    let lines = log.clone();
    tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || lines.clone())
        .init();

    let folder = TempDir::new().expect("a folder");
    let bucket = folder.path().join(BUCKET);
    let options = FileOptions {
        ttl: Duration::from_secs(3600),
        ..FileOptions::new(FileRoot::Shared(folder.path().to_owned()))
    };
    let worker = FileDiscovery::connect(options.clone()).await.expect("connect");
    litter(&bucket);
    let client = FileDiscovery::connect(options).await.expect("connect");
    let mut seen = client.watch().await.expect("watch");
    assert!(seen.borrow().is_empty());

    // Real records are found among them, and a half-written one as soon as it is whole.
    worker.register(record(&worker, "generate", 1)).await.expect("register");
    until(&mut seen, |snapshot| snapshot.len() == 1).await;
    let (name, text) = valid("ok", 1);
    fs::write(bucket.join(name), text).expect("write");
    let snapshot = until(&mut seen, |snapshot| snapshot.len() == 2).await;
    assert!(places(&snapshot).contains(&"hello.backend.ok#1".to_owned()));

    // A record that turns into garbage goes.
    let (name, text) = valid("ok", 1);
    fs::write(bucket.join(&name), &text[..30]).expect("write");
    until(&mut seen, |snapshot| snapshot.len() == 1).await;

    // Touching it again and again says nothing new.
    // Not so long ago that they would count as left behind.
    let start = SystemTime::now() - Duration::from_secs(60);
    for second in 1..20 {
        let file = fs::File::options()
            .append(true)
            .open(bucket.join("not-json"))
            .expect("open");
        file.set_modified(start + Duration::from_secs(second)).expect("touch");
    }
    for number in 0..50 {
        fs::write(bucket.join(format!("more-{number}")), "{").expect("write");
    }
    let (name, text) = valid("last", 9);
    fs::write(bucket.join(name), text).expect("write");
    until(&mut seen, |snapshot| snapshot.len() == 2).await;
    assert_eq!(log.lines_with("not-json"), 1);
    assert_eq!(log.lines_with("deep"), 1);
    assert_eq!(log.lines_with("WARN"), 10, "no more than ten a minute");
}
