//! Every back end of the store keeps the same promises: one body each, run over all.
#![allow(clippy::expect_used, reason = "a failed expectation is a failed test")]

use std::{collections::BTreeMap, time::Duration};

use crate::kv_support::{Observer, Place, put, value, within};
use bytes::Bytes;
use stator_runtime::{
    ErrorCode,
    kv::{
        Claim, ClaimKind, ClaimOptions, Expect, Kv, Outcome, PutOptions,
        limits::{MAX_KEY, MAX_LIST, MAX_VALUE},
    },
};

const TTL: Duration = Duration::from_secs(2);

macro_rules! conformance {
    ($($case:ident)*) => {
        mod memory {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                super::$case(&super::Place::memory()).await;
            })*
        }

        mod file {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                super::$case(&super::Place::file()).await;
            })*
        }

        mod etcd {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                super::$case(&super::Place::etcd()).await;
            })*
        }
    };
}

conformance! {
    values_arrive_as_they_were_written
    a_write_happens_only_if_what_it_expects_is_so
    of_many_who_swap_at_once_each_gets_its_turn
    what_is_too_large_or_makes_no_sense_is_refused
    a_list_comes_in_pages_in_order
    a_watch_tells_every_change_once_and_in_order
    a_watch_of_one_key_hears_of_no_other
    one_who_reads_late_misses_nothing_that_stands
    keys_go_with_their_time_and_their_lease
    a_lock_is_held_by_one_in_the_order_of_asking
    a_wait_for_a_lock_has_an_end_and_leaves_nothing
    a_holder_that_lost_its_lock_changes_nothing_any_more
    a_claim_that_somebody_deletes_is_lost
    an_election_has_one_leader_and_hands_over
    closing_gives_up_what_is_held_and_ends_watches
}

async fn values_arrive_as_they_were_written(place: &Place) {
    let (one, two) = (place.open().await, place.open().await);
    assert_eq!(value(&two, "nothing").await, None);
    let all: Vec<u8> = (0..=255).collect();
    let values: [(&str, &[u8]); 5] = [
        ("empty", b""),
        ("bytes", &all),
        ("a/b//c ../%2e", b"\n{\"a\":1}\n\n"),
        ("\u{1F600} und \u{e4}", "\u{1F600}".as_bytes()),
        ("large", &vec![7; MAX_VALUE]),
    ];
    for (key, bytes) in values {
        let revision = put(&one, key, bytes).await;
        let entry = two.get(key).await.expect("get").expect("it is there");
        assert_eq!((entry.key.as_str(), &entry.value[..]), (key, bytes));
        assert_eq!((entry.created, entry.revision, entry.lease), (revision, revision, 0));
    }
    let again = put(&two, "empty", "x").await;
    let entry = one.get("empty").await.expect("get").expect("it is there");
    assert!(entry.created < entry.revision && entry.revision == again);
    // As a new one, once it was deleted.
    one.delete("empty", Expect::Anything, None).await.expect("delete");
    assert_eq!(value(&two, "empty").await, None);
    let anew = put(&two, "empty", "y").await;
    let entry = one.get("empty").await.expect("get").expect("it is there");
    assert_eq!((entry.created, entry.revision), (anew, anew));
}

async fn a_write_happens_only_if_what_it_expects_is_so(place: &Place) {
    let kv = place.open().await;
    let expecting = |expect| PutOptions {
        expect,
        ..PutOptions::default()
    };
    let written = kv.put("a", "1".into(), expecting(Expect::Absent)).await.expect("put");
    let Outcome::Written { revision } = written else {
        panic!("{written:?}")
    };
    let refused = kv.put("a", "2".into(), expecting(Expect::Absent)).await.expect("put");
    let Outcome::Mismatch { current: Some(current) } = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(
        (&current.value[..], current.revision, current.key.as_str()),
        (&b"1"[..], revision, "a")
    );
    let swapped = kv
        .put("a", "3".into(), expecting(Expect::Revision(revision)))
        .await
        .expect("put");
    assert!(matches!(swapped, Outcome::Written { revision: later } if later > revision));
    for wrong in [revision, 0, u64::MAX] {
        let refused = kv
            .put("a", "4".into(), expecting(Expect::Revision(wrong)))
            .await
            .expect("put");
        assert!(matches!(refused, Outcome::Mismatch { current: Some(_) }), "{refused:?}");
        let refused = kv.delete("a", Expect::Revision(wrong), None).await.expect("delete");
        assert!(matches!(refused, Outcome::Mismatch { current: Some(_) }), "{refused:?}");
    }
    let refused = kv
        .put("b", "1".into(), expecting(Expect::Revision(revision)))
        .await
        .expect("put");
    assert_eq!(refused, Outcome::Mismatch { current: None });
    assert_eq!(
        kv.delete("b", Expect::Anything, None).await.expect("delete"),
        Outcome::Nothing
    );
    assert_eq!(value(&kv, "a").await.as_deref(), Some(&b"3"[..]));
}

async fn of_many_who_swap_at_once_each_gets_its_turn(place: &Place) {
    const EACH: usize = 25;
    let mut workers = Vec::new();
    for _ in 0..4 {
        let kv = place.open().await;
        workers.push(tokio::spawn(async move {
            let mut done = 0;
            while done < EACH {
                let (count, expect) = match kv.get("count").await.expect("get") {
                    Some(entry) => (number(&entry.value), Expect::Revision(entry.revision)),
                    None => (0, Expect::Absent),
                };
                let options = PutOptions {
                    expect,
                    ..PutOptions::default()
                };
                let next = (count + 1).to_string().into();
                if let Outcome::Written { .. } = kv.put("count", next, options).await.expect("put") {
                    done += 1;
                }
            }
        }));
    }
    for worker in workers {
        within("a worker's end", worker).await.expect("it ends well");
    }
    let end = value(&place.open().await, "count").await.expect("it is there");
    assert_eq!(number(&end), 4 * EACH);
}

async fn what_is_too_large_or_makes_no_sense_is_refused(place: &Place) {
    let kv = place.open().await;
    for key in ["", &"k".repeat(MAX_KEY + 1), "a\0b"] {
        for refused in [
            kv.get(key).await.expect_err("get").code,
            kv.put(key, Bytes::new(), PutOptions::default())
                .await
                .expect_err("put")
                .code,
            kv.delete(key, Expect::Anything, None).await.expect_err("delete").code,
            kv.claim(options(ClaimKind::Lock, key)).await.expect_err("claim").code,
        ] {
            assert_eq!(refused, ErrorCode::InvalidArgument, "{key:?}");
        }
    }
    put(&kv, &"\u{e4}".repeat(MAX_KEY / 2), "the longest key").await;
    let large = vec![0; MAX_VALUE + 1].into();
    let refused = kv.put("a", large, PutOptions::default()).await.expect_err("put");
    assert_eq!(refused.code, ErrorCode::PayloadTooLarge);
    for limit in [0, MAX_LIST + 1] {
        let refused = kv.list("", None, limit).await.expect_err("list");
        assert_eq!(refused.code, ErrorCode::InvalidArgument);
    }
    for ttl in [Duration::ZERO, Duration::from_millis(999), Duration::from_secs(86_401)] {
        assert_eq!(kv.lease(ttl).await.expect_err("lease").code, ErrorCode::InvalidArgument);
    }
    let nobodys = PutOptions {
        lease: 0x1234_5678,
        ..PutOptions::default()
    };
    let refused = kv.put("a", "1".into(), nobodys).await.expect_err("put");
    assert_eq!(refused.code, ErrorCode::Conflict);
    assert_eq!(value(&kv, "a").await, None);
}

async fn a_list_comes_in_pages_in_order(place: &Place) {
    let kv = place.open().await;
    for key in ["a", "a/1", "a/10", "a/2", "a0", "b", "\u{e4}"] {
        put(&kv, key, key).await;
    }
    let keys =
        |page: stator_runtime::kv::Page| -> Vec<String> { page.entries.into_iter().map(|entry| entry.key).collect() };
    let all = kv.list("", None, 100).await.expect("list");
    assert!(!all.more);
    assert_eq!(keys(all), ["a", "a/1", "a/10", "a/2", "a0", "b", "\u{e4}"]);
    assert_eq!(
        keys(kv.list("a/", None, 100).await.expect("list")),
        ["a/1", "a/10", "a/2"]
    );
    let first = kv.list("a/", None, 2).await.expect("list");
    assert!(first.more);
    assert_eq!(keys(first), ["a/1", "a/10"]);
    let rest = kv.list("a/", Some("a/10"), 2).await.expect("list");
    assert!(!rest.more);
    assert_eq!(keys(rest), ["a/2"]);
    assert!(keys(kv.list("nothing", None, 5).await.expect("list")).is_empty());
    for index in 0..100 {
        put(&kv, &format!("many/{index:03}"), vec![0; 100 << 10]).await;
    }
    // A page has a limit in bytes too.
    let page = kv.list("many/", None, 1000).await.expect("list");
    assert!(
        page.more && page.entries.len() > 50 && page.entries.len() < 100,
        "{}",
        page.entries.len()
    );
    let after = page.entries.last().map(|entry| entry.key.clone());
    let rest = kv.list("many/", after.as_deref(), 1000).await.expect("list");
    assert_eq!(page.entries.len() + rest.entries.len(), 100);
}

async fn a_watch_tells_every_change_once_and_in_order(place: &Place) {
    const ROUNDS: usize = 120;
    let (writer, reader) = (place.open().await, place.open().await);
    put(&writer, "w/before", "1").await;
    put(&writer, "other", "1").await;
    let mut near = Observer::prefix(&writer, "w/").await;
    let mut far = Observer::prefix(&reader, "w/").await;
    let mut expected = vec![("w/before".to_owned(), Some("1".to_owned()))];
    let work = tokio::spawn(async move {
        let mut done = Vec::new();
        for round in 0..ROUNDS {
            let key = format!("w/{}", round % 7);
            if round % 5 == 4 {
                let deleted = writer.delete(&key, Expect::Anything, None).await.expect("delete");
                if deleted != Outcome::Nothing {
                    done.push((key, None));
                }
            } else {
                put(&writer, &key, round.to_string()).await;
                done.push((key, Some(round.to_string())));
            }
            put(&writer, "other", "2").await;
        }
        put(&writer, "w/end", "end").await;
        done
    });
    for observer in [&mut near, &mut far] {
        observer.until("w/end", Some("end")).await;
    }
    expected.extend(work.await.expect("the writer ends well"));
    expected.push(("w/end".to_owned(), Some("end".to_owned())));
    for observer in [near, far] {
        observer.assert_in_order();
        let told: Vec<_> = observer.events.iter().map(told).collect();
        assert_eq!(told, expected);
    }
}

async fn a_watch_of_one_key_hears_of_no_other(place: &Place) {
    let kv = place.open().await;
    let mut watch = kv.watch_key("a").await.expect("watch");
    let initial = within("the initial phase", watch.next()).await.expect("a batch");
    assert!(initial.complete && initial.events.is_empty());
    put(&kv, "ab", "1").await;
    put(&kv, "a/", "1").await;
    put(&kv, "a", "1").await;
    let batch = within("the change", watch.next()).await.expect("a batch");
    let told: Vec<_> = batch.events.iter().map(told).collect();
    assert_eq!(told, [("a".to_owned(), Some("1".to_owned()))]);
}

async fn one_who_reads_late_misses_nothing_that_stands(place: &Place) {
    let (writer, reader) = (place.open().await, place.open().await);
    put(&writer, "gone", "1").await;
    let mut late = Observer::prefix(&reader, "").await;
    late.until("gone", Some("1")).await;
    // More than any queue holds.
    let large = "x".repeat(10_000);
    for round in 0..5000 {
        put(&writer, &format!("k{}", round % 50), format!("{round} {large}")).await;
    }
    writer.delete("gone", Expect::Anything, None).await.expect("delete");
    put(&writer, "end", "end").await;
    late.until("end", Some("end")).await;
    late.assert_in_order();
    let mut expected = BTreeMap::from([("end".to_owned(), b"end".to_vec())]);
    for entry in writer.list("k", None, 1000).await.expect("list").entries {
        expected.insert(entry.key, entry.value.to_vec());
    }
    assert_eq!(late.state.len(), 51);
    assert!(late.state == expected, "the late reader knows what stands");
}

async fn keys_go_with_their_time_and_their_lease(place: &Place) {
    let (one, two) = (place.open().await, place.open().await);
    let mut seen = Observer::prefix(&two, "").await;
    let timed = PutOptions {
        ttl: Some(TTL),
        ..PutOptions::default()
    };
    one.put("timed", "1".into(), timed.clone()).await.expect("put");
    one.put("saved", "1".into(), timed).await.expect("put");
    put(&one, "saved", "for ever").await;
    let lease = one.lease(TTL).await.expect("a lease");
    let bound = PutOptions {
        lease: lease.id(),
        ..PutOptions::default()
    };
    one.put("bound", "1".into(), bound).await.expect("put");
    seen.until("timed", Some("1")).await;
    seen.until("bound", Some("1")).await;
    // The other one is kept meanwhile.
    seen.until("timed", None).await;
    assert_eq!(value(&two, "timed").await, None);
    assert!(value(&two, "bound").await.is_some());
    assert_eq!(value(&two, "saved").await.as_deref(), Some(&b"for ever"[..]));
    let lost = lease.lost();
    lease.release().await;
    assert_eq!(within("its end", lost.reason()).await.code, ErrorCode::ShuttingDown);
    assert_eq!(value(&two, "bound").await, None);
    seen.until("bound", None).await;
}

async fn a_lock_is_held_by_one_in_the_order_of_asking(place: &Place) {
    let (one, two, three) = (place.open().await, place.open().await, place.open().await);
    let first = one.claim(options(ClaimKind::Lock, "l/1")).await.expect("a lock");
    // Locks whose names look alike are others.
    for name in ["l", "l/", "l/1/", "l/10", "L/1"] {
        one.claim(options(ClaimKind::Lock, name))
            .await
            .expect("a lock")
            .release()
            .await;
    }
    let (order, mut came) = tokio::sync::mpsc::unbounded_channel();
    let mut waiting = Vec::new();
    for (number, kv) in [two, three].into_iter().enumerate() {
        let mut queue = one.watch_claims(ClaimKind::Lock, "l/1").await.expect("watch");
        let order = order.clone();
        waiting.push(tokio::spawn(async move {
            let lock = kv.claim(options(ClaimKind::Lock, "l/1")).await.expect("a lock");
            let _ = order.send((number, lock.guard().token));
            lock.release().await;
        }));
        // Until it stands in the queue.
        let mut seen = 0;
        while seen < number + 2 {
            seen += within("a claim", queue.next()).await.expect("a batch").events.len();
        }
    }
    assert!(came.try_recv().is_err(), "the lock is held by the first one");
    let token = first.guard().token;
    first.release().await;
    let second = within("the second", came.recv()).await.expect("it came");
    let third = within("the third", came.recv()).await.expect("it came");
    assert_eq!((second.0, third.0), (0, 1));
    assert!(
        token < second.1 && second.1 < third.1,
        "tokens grow: {token} {second:?} {third:?}"
    );
    for task in waiting {
        task.await.expect("it ends well");
    }
}

async fn a_wait_for_a_lock_has_an_end_and_leaves_nothing(place: &Place) {
    let (one, two) = (place.open().await, place.open().await);
    let held = one.claim(options(ClaimKind::Lock, "l")).await.expect("a lock");
    for wait in [Duration::ZERO, Duration::from_millis(50)] {
        let impatient = ClaimOptions {
            wait: Some(wait),
            ..options(ClaimKind::Lock, "l")
        };
        let refused = two.claim(impatient).await.expect_err("it is held");
        assert_eq!(refused.code, ErrorCode::DeadlineExceeded);
    }
    let waiting = two.clone();
    let given_up = tokio::spawn(async move { waiting.claim(options(ClaimKind::Lock, "l")).await });
    let mut queue = one.watch_claims(ClaimKind::Lock, "l").await.expect("watch");
    let mut claims = BTreeMap::new();
    while claims.len() < 2 {
        note(&mut claims, &within("a claim", queue.next()).await.expect("a batch"));
    }
    given_up.abort();
    while claims.len() > 1 {
        note(&mut claims, &within("its end", queue.next()).await.expect("a batch"));
    }
    held.release().await;
    let at_once = ClaimOptions {
        wait: Some(Duration::ZERO),
        ..options(ClaimKind::Lock, "l")
    };
    two.claim(at_once).await.expect("it is free");
}

async fn a_holder_that_lost_its_lock_changes_nothing_any_more(place: &Place) {
    let (one, two) = (place.open().await, place.open().await);
    let stale = one.claim(options(ClaimKind::Lock, "l")).await.expect("a lock");
    let guarded = |claim: &Claim| PutOptions {
        guard: Some(claim.guard().clone()),
        ..PutOptions::default()
    };
    one.put("a", "by the first".into(), guarded(&stale))
        .await
        .expect("it holds the lock");
    let next = tokio::spawn(async move {
        let claim = two.claim(options(ClaimKind::Lock, "l")).await.expect("a lock");
        (two, claim)
    });
    // As when it was suspended for longer than its lease.
    let lease = stale.guard().key.rsplit('/').next().expect("a lease");
    let lease = u64::from_str_radix(lease, 16).expect("a lease");
    place.store().await.revoke(lease).await.expect("revoke");
    let (two, fresh) = within("the next holder", next).await.expect("it ends well");
    assert!(fresh.guard().token > stale.guard().token);
    two.put("a", "by the second".into(), guarded(&fresh))
        .await
        .expect("it holds the lock");
    for refused in [
        one.put("a", "by the first".into(), guarded(&stale))
            .await
            .expect_err("put"),
        one.delete("a", Expect::Anything, Some(stale.guard().clone()))
            .await
            .expect_err("delete"),
    ] {
        assert_eq!(refused.code, ErrorCode::Conflict, "{refused}");
    }
    let current = two.get("a").await.expect("get").expect("it is there");
    let both = PutOptions {
        expect: Expect::Revision(current.revision),
        ..guarded(&stale)
    };
    let refused = one
        .put("a", "by the first".into(), both)
        .await
        .expect_err("a fitting revision does not help");
    assert_eq!(refused.code, ErrorCode::Conflict);
    assert_eq!(value(&one, "a").await.as_deref(), Some(&b"by the second"[..]));
    assert_eq!(
        within("the loss", stale.lost().reason()).await.code,
        ErrorCode::Conflict
    );
}

async fn a_claim_that_somebody_deletes_is_lost(place: &Place) {
    let kv = place.open().await;
    let claim = kv.claim(options(ClaimKind::Lock, "l")).await.expect("a lock");
    let write = stator_runtime::kv::Write {
        key: claim.guard().key.clone(),
        operation: stator_runtime::kv::Operation::Delete,
        expect: Expect::Anything,
        guard: None,
    };
    place.store().await.write(write).await.expect("delete");
    assert_eq!(
        within("the loss", claim.lost().reason()).await.code,
        ErrorCode::Conflict
    );
}

async fn an_election_has_one_leader_and_hands_over(place: &Place) {
    let (one, two) = (place.open().await, place.open().await);
    let candidate = |value: &'static str| ClaimOptions {
        value: value.into(),
        ..options(ClaimKind::Election, "e")
    };
    let leader = async |kv: &Kv| {
        let found = kv.holder(ClaimKind::Election, "e").await.expect("the leader");
        found.map(|entry| String::from_utf8(entry.value.to_vec()).expect("text"))
    };
    assert_eq!(leader(&two).await, None);
    let first = one.claim(candidate("one")).await.expect("it leads");
    let next = tokio::spawn(async move {
        let claim = two.claim(candidate("two")).await.expect("it leads");
        (two, claim)
    });
    let mut queue = one.watch_claims(ClaimKind::Election, "e").await.expect("watch");
    let mut claims = BTreeMap::new();
    while claims.len() < 2 {
        note(
            &mut claims,
            &within("a candidate", queue.next()).await.expect("a batch"),
        );
    }
    assert_eq!(leader(&one).await.as_deref(), Some("one"));
    first.release().await;
    let (two, _leads) = within("the handover", next).await.expect("it ends well");
    assert_eq!(leader(&one).await.as_deref(), Some("two"));
    // A lock of that name has nothing to do with it.
    assert!(two.holder(ClaimKind::Lock, "e").await.expect("nobody").is_none());
}

async fn closing_gives_up_what_is_held_and_ends_watches(place: &Place) {
    let (one, two) = (place.open().await, place.open().await);
    let claim = one.claim(options(ClaimKind::Lock, "l")).await.expect("a lock");
    let lease = one.lease(Duration::from_secs(60)).await.expect("a lease");
    let bound = PutOptions {
        lease: lease.id(),
        ..PutOptions::default()
    };
    one.put("bound", "1".into(), bound).await.expect("put");
    let mut watch = one.watch("").await.expect("watch");
    within("the closing", one.close()).await;
    let ended = async {
        loop {
            if let Err(error) = watch.next().await {
                return error;
            }
        }
    };
    assert_eq!(within("its end", ended).await.code, ErrorCode::ShuttingDown);
    assert_eq!(claim.lost().reason().await.code, ErrorCode::ShuttingDown);
    assert_eq!(
        one.get("bound").await.expect_err("closed").code,
        ErrorCode::ShuttingDown
    );
    assert_eq!(value(&two, "bound").await, None);
    two.claim(options(ClaimKind::Lock, "l")).await.expect("it is free");
}

fn options(kind: ClaimKind, name: &str) -> ClaimOptions {
    ClaimOptions {
        kind,
        name: name.to_owned(),
        value: Bytes::new(),
        ttl: TTL,
        wait: None,
    }
}

fn told(event: &stator_runtime::kv::Event) -> (String, Option<String>) {
    use stator_runtime::kv::Event;
    match event {
        Event::Put(entry) => (
            entry.key.clone(),
            Some(String::from_utf8_lossy(&entry.value).into_owned()),
        ),
        Event::Delete { key, .. } => (key.clone(), None),
    }
}

/// Keeps a list of who claims.
fn note(claims: &mut BTreeMap<String, ()>, batch: &stator_runtime::kv::Batch) {
    use stator_runtime::kv::Event;
    for event in &batch.events {
        match event {
            Event::Put(entry) => claims.insert(entry.key.clone(), ()),
            Event::Delete { key, .. } => claims.remove(key),
        };
    }
}

fn number(text: &[u8]) -> usize {
    std::str::from_utf8(text)
        .ok()
        .and_then(|text| text.parse().ok())
        .expect("a number")
}
