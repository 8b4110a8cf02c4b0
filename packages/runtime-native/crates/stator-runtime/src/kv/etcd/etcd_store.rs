use std::time::Duration;

use etcd_client::{Compare, CompareOp, GetOptions, PutOptions, ResponseHeader, Txn, TxnOp, TxnOpResponse};
use tokio_util::sync::CancellationToken;

use super::{
    etcd_watch::{EtcdWatch, Follower},
    keys::{entry, full, number, revision},
    requests::{ask, read},
};
use crate::{
    Error, ErrorCode, Result,
    discovery::{BoxFuture, EtcdOptions},
    etcd::{EtcdConnection, Failure, FailureKind},
    kv::{Entry, Expect, Lease, List, Operation, Outcome, Page, Range, Store, Watch, Write, limits::MAX_PAGE_BYTES},
};

/// The store in an etcd. Requests, leases and watches have a connection each.
pub struct EtcdStore {
    options: EtcdOptions,
    requests: EtcdConnection,
    leases: EtcdConnection,
    watches: EtcdConnection,
    stop: CancellationToken,
}

impl EtcdStore {
    /// Opens the connections. Whether etcd is there shows with the first request.
    ///
    /// Fails with `invalid_argument` for options that will not do, and with `permission_denied` when etcd does not want us.
    pub async fn connect(options: EtcdOptions) -> Result<Self> {
        let plan = EtcdConnection::plan(&options)?;
        let open = async || {
            let opened = plan.open().await;
            opened.map_err(|failure| failure.into_error(&options.location()))
        };
        Ok(Self {
            requests: open().await?,
            leases: open().await?,
            watches: open().await?,
            options,
            stop: CancellationToken::new(),
        })
    }

    fn patience(&self) -> Duration {
        self.options.request_timeout
    }

    /// The error of a request that changes nothing, or is known not to have changed anything.
    fn failed(&self, failure: Failure) -> Error {
        failure.into_error(&self.options.location())
    }

    /// The error of a request that may have been done.
    fn maybe_done(&self, key: &str, failure: Failure) -> Error {
        match failure.kind {
            FailureKind::Unreachable => Error::new(
                ErrorCode::UnknownOutcome,
                format!(
                    "etcd at {}: whether {key:?} was changed is not known: {}; read it to see",
                    self.options.location(),
                    failure.reason
                ),
            ),
            _ => self.failed(failure),
        }
    }

    async fn find(&self, key: &str) -> Result<Option<Entry>> {
        let found = ask(&self.requests, self.patience(), true, |mut client| async move {
            client.get(full(key), None).await
        });
        let found = found.await.map_err(|failure| self.failed(failure))?;
        Ok(found.kvs().first().and_then(entry))
    }

    async fn page(&self, list: List) -> Result<Page> {
        let range = Range::Prefix(list.prefix);
        let mut from = list.after.map(|after| [full(&after).as_bytes(), &[0]].concat());
        let mut entries: Vec<Entry> = Vec::new();
        let (mut at, mut bytes) = (0, 0);
        loop {
            let wanted = list.limit - entries.len();
            let answer = read(&self.requests, &range, from, at, wanted, false).await;
            let (records, revision, more) = answer.map_err(|failure| self.failed(failure))?;
            at = revision;
            from = records.last().map(|last| [last.key(), &[0]].concat());
            for found in records.iter().filter_map(entry) {
                bytes += found.key.len() + found.value.len();
                if bytes > MAX_PAGE_BYTES && !entries.is_empty() {
                    return Ok(page(entries, at, true));
                }
                entries.push(found);
            }
            if !more || entries.len() >= list.limit {
                return Ok(page(entries, at, more));
            }
        }
    }

    async fn change(&self, write: Write) -> Result<Outcome> {
        let mut conditions = Vec::new();
        match write.expect {
            Expect::Anything => {}
            Expect::Absent => conditions.push(Compare::create_revision(full(&write.key), CompareOp::Equal, 0)),
            Expect::Revision(expected) => {
                let expected = revision(expected);
                conditions.push(Compare::mod_revision(full(&write.key), CompareOp::Equal, expected));
            }
        }
        // In the other case it is looked at, to say why.
        let mut looks = vec![TxnOp::get(full(&write.key), None)];
        if let Some(guard) = &write.guard {
            let token = revision(guard.token);
            conditions.push(Compare::create_revision(full(&guard.key), CompareOp::Equal, token));
            let options = GetOptions::new().with_keys_only();
            looks.push(TxnOp::get(full(&guard.key), Some(options)));
        }
        let operation = match &write.operation {
            Operation::Put { value, lease } => {
                let options = (*lease != 0).then(|| PutOptions::new().with_lease(lease.cast_signed()));
                TxnOp::put(full(&write.key), value.to_vec(), options)
            }
            Operation::Delete => TxnOp::delete(full(&write.key), None),
        };
        let request = Txn::new().when(conditions).and_then([operation]).or_else(looks);
        let done = ask(&self.requests, self.patience(), false, |mut client| {
            let request = request.clone();
            async move { client.txn(request).await }
        });
        let done = match done.await {
            Ok(done) => done,
            Err(failure) if failure.kind == FailureKind::NoLease => return Ok(Outcome::NoLease),
            Err(failure) => return Err(self.maybe_done(&write.key, failure)),
        };
        let at = number(done.header().map_or(0, ResponseHeader::revision));
        let mut answers = done.op_responses().into_iter();
        if done.succeeded() {
            return Ok(match answers.next() {
                Some(TxnOpResponse::Delete(deleted)) if deleted.deleted() == 0 => Outcome::Nothing,
                _ => Outcome::Written { revision: at },
            });
        }
        let current = found(answers.next());
        if let Some(guard) = &write.guard
            && found(answers.next()).map(|entry| entry.created) != Some(guard.token)
        {
            return Ok(Outcome::Fenced);
        }
        Ok(Outcome::Mismatch { current })
    }

    async fn new_lease(&self, ttl: Duration) -> Result<Lease> {
        let seconds = i64::try_from(ttl.as_millis().div_ceil(1000)).unwrap_or(i64::MAX);
        // Asked for twice, the first one ends by itself.
        let granted = ask(&self.leases, self.patience(), true, |mut client| async move {
            client.lease_grant(seconds, None).await
        });
        let granted = granted.await.map_err(|failure| self.failed(failure))?;
        Ok(Lease {
            id: granted.id().cast_unsigned(),
            ttl: Duration::from_secs(granted.ttl().unsigned_abs()),
        })
    }

    async fn keep(&self, lease: u64) -> Result<bool> {
        let kept = ask(&self.leases, self.patience(), true, |mut client| async move {
            client.lease_keep_alive(lease.cast_signed()).await
        });
        match kept.await {
            Ok(_) => Ok(true),
            Err(failure) if failure.kind == FailureKind::NoLease => Ok(false),
            Err(failure) => Err(self.failed(failure)),
        }
    }

    async fn end(&self, lease: u64) -> Result<()> {
        let ended = ask(&self.leases, self.patience(), true, |mut client| async move {
            client.lease_revoke(lease.cast_signed()).await
        });
        match ended.await {
            Ok(_) => Ok(()),
            Err(failure) if failure.kind == FailureKind::NoLease => Ok(()),
            Err(failure) => Err(self.failed(failure)),
        }
    }
}

impl Store for EtcdStore {
    fn backend(&self) -> &'static str {
        "etcd"
    }

    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Entry>>> {
        Box::pin(self.find(key))
    }

    fn list<'a>(&'a self, list: List) -> BoxFuture<'a, Result<Page>> {
        Box::pin(self.page(list))
    }

    fn write<'a>(&'a self, write: Write) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(self.change(write))
    }

    fn grant<'a>(&'a self, ttl: Duration) -> BoxFuture<'a, Result<Lease>> {
        Box::pin(self.new_lease(ttl))
    }

    fn renew<'a>(&'a self, lease: u64) -> BoxFuture<'a, Result<bool>> {
        Box::pin(self.keep(lease))
    }

    fn revoke<'a>(&'a self, lease: u64) -> BoxFuture<'a, Result<()>> {
        Box::pin(self.end(lease))
    }

    fn watch<'a>(&'a self, range: Range) -> BoxFuture<'a, Result<Box<dyn Watch>>> {
        Box::pin(async move {
            let follower = Follower::new(
                self.watches.clone(),
                self.options.clone(),
                range,
                self.stop.child_token(),
            );
            let watch = EtcdWatch::start(follower).await?;
            Ok(Box::new(watch) as Box<dyn Watch>)
        })
    }

    fn close(&self) {
        self.stop.cancel();
    }
}

impl Drop for EtcdStore {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn page(entries: Vec<Entry>, revision: i64, more: bool) -> Page {
    Page {
        entries,
        revision: number(revision),
        more,
    }
}

fn found(answer: Option<TxnOpResponse>) -> Option<Entry> {
    match answer {
        Some(TxnOpResponse::Get(found)) => found.kvs().first().and_then(entry),
        _ => None,
    }
}
