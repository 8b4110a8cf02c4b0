//! What only the store in a folder can meet: other processes, removed folders, files that are none of its own.
#![allow(clippy::expect_used, reason = "a failed expectation is a failed test")]

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf, time::Duration};

use crate::kv_support::{Observer, Place, put, value, within};
use stator_runtime::{
    ErrorCode,
    discovery::FileRoot,
    kv::{self, ClaimKind, ClaimOptions, KvConfig, local::FOLDER},
};

fn folder(place: &Place) -> PathBuf {
    let Place::File(folder) = place else { panic!("a folder") };
    folder.path().join("root").join(FOLDER)
}

fn files(place: &Place, part: &str) -> Vec<u64> {
    let files = fs::read_dir(folder(place).join(part)).expect("a folder");
    let mut numbers: Vec<u64> = files
        .map(|file| {
            let name = file.expect("a file").file_name().into_string().expect("a name");
            u64::from_str_radix(&name, 16).expect("a number")
        })
        .collect();
    numbers.sort_unstable();
    numbers
}

/// Writes a change as a store does: it is there at once with all of its content.
fn write_change(place: &Place, number: u64, content: impl AsRef<[u8]>) {
    let unfinished = folder(place).join("tmp").join("of-the-test");
    fs::write(&unfinished, content).expect("a file");
    fs::rename(unfinished, folder(place).join("log").join(format!("{number:016x}"))).expect("a change");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_folder_does_not_grow_and_a_late_one_knows_everything() {
    let place = Place::file();
    let (writer, behind) = (place.open().await, place.open().await);
    let mut watch = Observer::prefix(&behind, "").await;
    for round in 0..5000_u32 {
        put(&writer, &format!("k{}", round % 10), round.to_string()).await;
    }
    assert!(
        files(&place, "log").len() <= 2048 + 1024,
        "{}",
        files(&place, "log").len()
    );
    assert!(files(&place, "snapshots").len() <= 2);
    assert!(files(&place, "tmp").is_empty());
    let late = place.open().await;
    for key in 0..10 {
        assert_eq!(
            value(&late, &format!("k{key}")).await,
            Some((4990 + key).to_string().into_bytes())
        );
    }
    put(&late, "end", "end").await;
    watch.until("end", Some("end")).await;
    watch.assert_in_order();
    assert_eq!(watch.state.len(), 11);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_one_who_was_suspended_for_long_counts_for_nobody() {
    let place = Place::file();
    let behind = place.open().await;
    put(&behind, "a", "1").await;
    let next = files(&place, "log").last().copied().expect("a change") + 1;
    let writer = place.open().await;
    for round in 0..5000_u32 {
        put(&writer, "b", round.to_string()).await;
    }
    let log = folder(&place).join("log");
    // The number that the one behind knows as the next is free again: a suspended process would link its change there.
    let ghost = log.join(format!("{next:016x}"));
    assert!(!ghost.exists(), "it was deleted when a snapshot was made");
    write_change(&place, next, "{\"type\":\"put\",\"key\":\"kv/ghost\"}\nboo");
    for kv in [&behind, &writer, &place.open().await] {
        assert_eq!(value(kv, "ghost").await, None);
        assert_eq!(value(kv, "b").await.as_deref(), Some(&b"4999"[..]));
    }
    put(&behind, "a", "2").await;
    assert_eq!(value(&writer, "a").await.as_deref(), Some(&b"2"[..]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_removed_folder_is_an_empty_store_and_watches_hear_of_it() {
    let place = Place::file();
    let (one, two) = (place.open().await, place.open().await);
    let held = one.claim(lock()).await.expect("a lock");
    put(&one, "a", "1").await;
    let mut watch = Observer::prefix(&two, "").await;
    watch.until("a", Some("1")).await;
    // Away in one step, whoever is writing just then.
    let gone = folder(&place).with_extension("gone");
    fs::rename(folder(&place), &gone).expect("it can be moved");
    fs::remove_dir_all(&gone).expect("it can be removed");
    assert_eq!(value(&one, "a").await, None);
    watch.until("a", None).await;
    put(&one, "b", "2").await;
    watch.until("b", Some("2")).await;
    assert_eq!(within("the loss", held.lost().reason()).await.code, ErrorCode::Conflict);
    two.claim(lock()).await.expect("it is free");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_store_in_the_same_place_is_not_taken_for_the_old_one() {
    let place = Place::file();
    let behind = place.open().await;
    for value in ["1", "2"] {
        put(&behind, "a", value).await;
    }
    put(&behind, "old", "1").await;
    let mut watch = Observer::prefix(&behind, "").await;
    watch.until("old", Some("1")).await;
    let other = Place::file();
    let writer = other.open().await;
    put(&writer, "b", "1").await;
    // With the revision that the old one has.
    put(&writer, "a", "other").await;
    put(&writer, "c", "1").await;
    put(&writer, "d", "1").await;
    let gone = folder(&place).with_extension("gone");
    fs::rename(folder(&place), &gone).expect("it can be moved");
    fs::rename(folder(&other), folder(&place)).expect("it can be moved");
    watch.until("a", Some("other")).await;
    watch.until("d", Some("1")).await;
    assert_eq!(watch.state.keys().collect::<Vec<_>>(), ["a", "b", "c", "d"]);
    put(&behind, "e", "1").await;
    assert_eq!(value(&place.open().await, "e").await.as_deref(), Some(&b"1"[..]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leases_that_end_at_once_hold_up_no_change() {
    let place = Place::file();
    let kv = place.open().await;
    put(&kv, "a", "1").await;
    let next = files(&place, "log").last().copied().expect("a change") + 1;
    // The last one first: up to the gap nobody takes part in what is written.
    for number in (0..1500).rev() {
        // As they stand after the machine was started again.
        let grant = format!(
            "{{\"type\":\"grant\",\"lease\":{},\"ttl\":2000,\"deadline\":0}}\n",
            number + 1
        );
        write_change(&place, next + number, grant);
    }
    put(&kv, "a", "2").await;
    // Whoever has ended the lease whose turn it was writes it, after others can go on.
    within("a snapshot", async {
        while files(&place, "snapshots").is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    assert_eq!(value(&place.open().await, "a").await.as_deref(), Some(&b"2"[..]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_that_nobody_can_read_are_left_out_by_everybody() {
    let place = Place::file();
    let (one, two) = (place.open().await, place.open().await);
    put(&one, "a", "1").await;
    let log = folder(&place).join("log");
    let large = vec![b'x'; 5 << 20];
    for content in [
        &b""[..],
        b"no JSON\n",
        b"{\"type\":\"future\"}\n",
        b"{\"type\":\"put\"}\n",
        &large,
    ] {
        let next = files(&place, "log").last().copied().expect("a change") + 1;
        write_change(&place, next, content);
        put(&two, "b", "2").await;
        assert_eq!(value(&one, "b").await.as_deref(), Some(&b"2"[..]));
        assert_eq!(value(&one, "a").await.as_deref(), Some(&b"1"[..]));
    }
    fs::write(log.join("notes.txt"), "not ours").expect("a note");
    put(&one, "a", "3").await;
    assert_eq!(value(&two, "a").await.as_deref(), Some(&b"3"[..]));
}

#[tokio::test]
async fn a_folder_that_cannot_be_had_is_a_typed_error() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = folder.path().join("file");
    fs::write(&file, "").expect("a file");
    let refused = kv::connect(KvConfig::File(FileRoot::Private(file))).await;
    assert_eq!(
        refused.err().expect("a file is no folder").code,
        ErrorCode::PermissionDenied
    );
    let private = folder.path().join("private");
    kv::connect(KvConfig::File(FileRoot::Private(private.clone())))
        .await
        .expect("a store");
    let mode = fs::metadata(&private).expect("the folder").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_of_before_the_machine_was_started_is_over() {
    let place = Place::file();
    let kv = place.open().await;
    put(&kv, "a", "1").await;
    let next = files(&place, "log").last().copied().expect("a change") + 1;
    let far = u64::from(u32::MAX) * 1000;
    let grant = format!("{{\"type\":\"grant\",\"lease\":7,\"ttl\":2000,\"deadline\":{far}}}\n");
    let put = "{\"type\":\"put\",\"key\":\"kv/old\",\"lease\":7}\n1";
    // Nobody goes beyond the gap, so that both are there at once.
    write_change(&place, next + 1, put);
    write_change(&place, next, grant);
    assert_eq!(value(&kv, "old").await, None);
}

fn lock() -> ClaimOptions {
    ClaimOptions {
        kind: ClaimKind::Lock,
        name: "l".to_owned(),
        value: bytes::Bytes::new(),
        ttl: Duration::from_secs(2),
        wait: None,
    }
}
