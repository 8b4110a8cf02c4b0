use std::{
    future::Future,
    time::{Duration, Instant},
};

use etcd_client::{Client, GetOptions, KeyValue, ResponseHeader, SortOrder, SortTarget};
use tokio::time::sleep;

use super::keys::{bounds, entry, number};
use crate::{
    etcd::{EtcdConnection, Failure, FailureKind},
    kv::Range,
};

/// Between attempts.
const PAUSE: Duration = Duration::from_millis(200);

/// Entries that one answer brings: with the largest values there are, it stays below what a connection takes.
const PAGE: i64 = 32;

/// Does a request, again if etcd did not know us any more or the request cannot have reached it; one that changes
/// nothing also after any other trouble.
pub(super) async fn ask<T, F>(
    connection: &EtcdConnection,
    patience: Duration,
    reads: bool,
    request: impl Fn(Client) -> F,
) -> Result<T, Failure>
where
    F: Future<Output = Result<T, etcd_client::Error>>,
{
    let since = Instant::now();
    let mut authenticated = false;
    loop {
        let failure = match connection.ask(&request).await {
            Ok(answer) => return Ok(answer),
            Err(failure) => failure,
        };
        if since.elapsed() + PAUSE > patience {
            return Err(failure);
        }
        match failure.kind {
            // A token that etcd has forgotten looks like a missing right; the next attempt shows whether it was that.
            FailureKind::Denied if !authenticated => {
                authenticated = true;
                connection.authenticate().await?;
            }
            FailureKind::Unreachable if reads || was_not_sent(&failure) => sleep(PAUSE).await,
            _ => return Err(failure),
        }
    }
}

/// Whether there was no connection on which the request could have gone.
fn was_not_sent(failure: &Failure) -> bool {
    failure.reason.contains("tcp connect error")
}

/// Some records of a range, from a key on, as they stood at a revision (0: now). Says the revision, and whether there
/// are more.
pub(super) async fn read(
    connection: &EtcdConnection,
    range: &Range,
    from: Option<Vec<u8>>,
    revision: i64,
    limit: usize,
    keys_only: bool,
) -> Result<(Vec<KeyValue>, i64, bool), Failure> {
    let (start, end) = bounds(range);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let limit = if keys_only { limit } else { limit.min(PAGE) };
    let mut options = GetOptions::new()
        .with_range(end)
        .with_limit(limit)
        .with_revision(revision)
        .with_sort(SortTarget::Key, SortOrder::Ascend);
    if keys_only {
        options = options.with_keys_only();
    }
    let mut answer = connection.ask_records(from.unwrap_or(start), options).await?;
    let now = answer.header().map_or(0, ResponseHeader::revision);
    let revision = if revision == 0 { now } else { revision };
    Ok((answer.take_kvs(), revision, answer.more()))
}

/// The key and the revision of everything in a range, as it stood at a revision (0: now), and that revision.
pub(super) async fn revisions(
    connection: &EtcdConnection,
    range: &Range,
    at: i64,
    most: usize,
) -> Result<(Vec<(String, u64)>, i64), Failure> {
    let mut found = Vec::new();
    let (mut from, mut revision) = (None, at);
    loop {
        let (records, shown, more) = read(connection, range, from, revision, 1000, true).await?;
        revision = shown;
        from = records.last().map(|last| [last.key(), &[0]].concat());
        for record in records {
            let at = number(record.mod_revision());
            found.extend(entry(&record).map(|entry| (entry.key, at)));
        }
        if !more || found.len() > most {
            return Ok((found, revision));
        }
    }
}
