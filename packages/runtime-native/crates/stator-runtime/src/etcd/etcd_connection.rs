use std::{future::Future, time::Duration};

use etcd_client::{Client, ConnectOptions, GetOptions, GetResponse, PutOptions, ResponseHeader};
use hyper::http::Uri;
use tokio::time::timeout;

use super::{
    EtcdOptions,
    failure::{Failure, FailureKind},
};
use crate::Result;

/// Records are small, but a watch may bring many at once.
const MAX_ANSWER_BYTES: usize = 64 * 1024 * 1024;

/// One connection to etcd. It comes back by itself after a break; every request has a limit.
#[derive(Clone)]
pub(crate) struct EtcdConnection {
    client: Client,
    limit: Duration,
}

impl EtcdConnection {
    /// Checks the options and reads the files that they name. Fails with `invalid_argument`.
    pub(crate) fn plan(options: &EtcdOptions) -> Result<ConnectionPlan> {
        let tls = options.tls.read()?;
        let mut endpoints = Vec::new();
        for endpoint in &options.endpoints {
            endpoints.push(full_endpoint(endpoint, !options.tls.is_empty()).map_err(|reason| {
                let failure = Failure {
                    kind: FailureKind::Invalid,
                    reason,
                };
                failure.into_error(&options.location())
            })?);
        }
        let mut connect = ConnectOptions::new()
            .with_connect_timeout(options.request_timeout)
            .with_require_leader(true)
            .with_auto_token_refresh(true);
        if endpoints.iter().any(|endpoint| endpoint.starts_with("https://")) {
            connect = connect.with_tls(tls);
        }
        if let Some((interval, patience)) = options.keep_alive {
            connect = connect
                .with_keep_alive(interval, patience)
                .with_keep_alive_while_idle(true);
        }
        if let Some((name, password)) = &options.user {
            connect = connect.with_user(name, password.expose());
        }
        Ok(ConnectionPlan {
            endpoints,
            connect,
            limit: options.request_timeout,
        })
    }

    /// Does one request.
    pub(crate) async fn ask<T, F>(&self, request: impl FnOnce(Client) -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, etcd_client::Error>>,
    {
        within(self.limit, request(self.client.clone())).await
    }

    /// Waits for something else of etcd with the same limit.
    pub(crate) async fn wait<T>(
        &self,
        answer: impl Future<Output = Result<T, etcd_client::Error>>,
    ) -> Result<T, Failure> {
        within(self.limit, answer).await
    }

    /// Proves our identity again, as when etcd has forgotten our token.
    pub(crate) async fn authenticate(&self) -> Result<(), Failure> {
        self.ask(|client| async move { client.refresh_token().await }).await
    }

    /// Writes a record; returns the revision that it has.
    pub(crate) async fn put(&self, key: String, value: Vec<u8>, lease: i64) -> Result<i64, Failure> {
        let options = PutOptions::new().with_lease(lease);
        let put = self
            .ask(|mut client| async move { client.put(key, value, Some(options)).await })
            .await?;
        Ok(put.header().map_or(0, ResponseHeader::revision))
    }

    /// Deletes a record; returns the revision at which it went, or `None` when it was not there.
    pub(crate) async fn delete(&self, key: String) -> Result<Option<i64>, Failure> {
        let deleted = self
            .ask(|mut client| async move { client.delete(key, None).await })
            .await?;
        let revision = deleted.header().map_or(0, ResponseHeader::revision);
        Ok((deleted.deleted() > 0).then_some(revision))
    }

    /// Reads a page of records.
    pub(crate) async fn ask_records(&self, from: Vec<u8>, options: GetOptions) -> Result<GetResponse, Failure> {
        let mut client = self.client.kv_client().max_decoding_message_size(MAX_ANSWER_BYTES);
        within(self.limit, client.get(from, Some(options))).await
    }

    /// Its watch takes answers of any plausible size.
    pub(crate) fn watch_client(&self) -> etcd_client::WatchClient {
        self.client.watch_client().max_decoding_message_size(MAX_ANSWER_BYTES)
    }
}

/// Everything that it takes to open connections, checked.
#[derive(Clone)]
pub(crate) struct ConnectionPlan {
    endpoints: Vec<String>,
    connect: ConnectOptions,
    limit: Duration,
}

impl ConnectionPlan {
    /// Opens a connection. Only a user is proven at once; whether etcd is there shows with the first request.
    pub(crate) async fn open(&self) -> Result<EtcdConnection, Failure> {
        let connected = Client::connect(&self.endpoints, Some(self.connect.clone()));
        let client = within(self.limit, connected).await?;
        Ok(EtcdConnection {
            client,
            limit: self.limit,
        })
    }
}

async fn within<T>(limit: Duration, answer: impl Future<Output = Result<T, etcd_client::Error>>) -> Result<T, Failure> {
    match timeout(limit, answer).await {
        Ok(answer) => answer.map_err(Failure::from),
        Err(_) => Err(Failure::timed_out(limit)),
    }
}

/// The endpoint with its scheme, or why it is none.
fn full_endpoint(endpoint: &str, tls: bool) -> Result<String, String> {
    if endpoint.contains('@') {
        return Err("an endpoint holds a user; set etcdUsername and etcdPassword instead".to_owned());
    }
    let endpoint = match endpoint.split_once("://") {
        None => format!("{}://{endpoint}", if tls { "https" } else { "http" }),
        Some(("http", _)) if tls => {
            return Err(format!(
                "{endpoint:?} is plain text, but there are TLS files: write https://"
            ));
        }
        Some(("http" | "https", _)) => endpoint.to_owned(),
        Some((scheme, _)) => {
            return Err(format!(
                "{endpoint:?} begins with {scheme}://; http:// and https:// are spoken"
            ));
        }
    };
    let uri: Uri = endpoint
        .parse()
        .map_err(|error| format!("{endpoint:?} is no address: {error}"))?;
    match uri.authority() {
        Some(authority) if !authority.host().is_empty() => Ok(endpoint),
        _ => Err(format!("{endpoint:?} names no host")),
    }
}
