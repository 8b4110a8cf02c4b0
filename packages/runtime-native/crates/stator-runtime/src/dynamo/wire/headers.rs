//! Headers beside a request: text to text. Only a few of them mean something here.

use std::{
    borrow::Cow,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serializer};
use smallvec::SmallVec;

use crate::{config::Secret, identity::ContractHash, wire::open::Metadata};

/// Metadata that travels as headers, as in the original: tracing looks there.
const AS_HEADERS: [&str; 3] = ["traceparent", "tracestate", "x-request-id"];

/// Which endpoint is meant. Over NATS the subject says so, and only what a runtime answers itself is named.
pub const PATH: &str = "x-endpoint-path";
const TIMEOUT: &str = "x-stator-timeout-ms";
const CONTRACT: &str = "x-stator-contract";
const TOKEN: &str = "x-stator-token";

/// What a caller sends: name and value. Times are text, as everything in there.
pub type Sent<'a> = SmallVec<[(&'static str, Cow<'a, str>); 8]>;

/// What a worker reads. Anything else is ignored.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Headers {
    traceparent: Option<String>,
    tracestate: Option<String>,
    x_request_id: Option<String>,
    x_stator_timeout_ms: Option<String>,
    x_stator_contract: Option<String>,
    x_stator_token: Option<Secret>,
}

/// The headers of a request, but for those that a transport adds. `token` is for workers of our kind alone.
pub fn list<'a>(
    id: &'a str,
    metadata: &'a Metadata,
    deadline: Option<Instant>,
    contract: Option<ContractHash>,
    token: Option<&'a Secret>,
) -> Sent<'a> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut sent = Sent::new();
    sent.push(("request-id", id.into()));
    sent.push(("x-frontend-send-ts-ns", now.as_nanos().to_string().into()));
    for name in AS_HEADERS {
        if let Some((_, value)) = metadata.iter().find(|(key, _)| key == name) {
            sent.push((name, value.into()));
        }
    }
    // Ours: how much time the call has left.
    if let Some(deadline) = deadline {
        let left = deadline.saturating_duration_since(Instant::now()).as_millis().max(1);
        sent.push((TIMEOUT, left.to_string().into()));
    }
    // Ours: the contract that the caller was built with.
    if let Some(contract) = contract {
        sent.push((CONTRACT, contract.to_string().into()));
    }
    // Ours: what lets the caller in.
    if let Some(token) = token {
        sent.push((TOKEN, token.expose().into()));
    }
    sent
}

/// Those of a request frame, as JSON.
pub fn write(path: &str, sent: &Sent<'_>) -> Vec<u8> {
    let path = std::iter::once((PATH, path));
    let rest = sent.iter().map(|(name, value)| (*name, &**value));
    let mut json = Vec::with_capacity(256);
    // Text always can be written.
    let _ = serde_json::Serializer::new(&mut json).collect_map(path.chain(rest));
    json
}

/// Whether an entry of the metadata travels as a header, and need not travel twice.
pub fn is_header(key: &str) -> bool {
    AS_HEADERS.contains(&key)
}

impl Headers {
    /// What is not readable counts as no headers, as in the original.
    pub fn read(json: &[u8]) -> Self {
        serde_json::from_slice(json).unwrap_or_default()
    }

    /// Those that `find` finds by their names.
    pub fn find<'a>(find: impl Fn(&str) -> Option<&'a str>) -> Self {
        let find = |name: &str| find(name).map(str::to_owned);
        let [traceparent, tracestate, x_request_id] = AS_HEADERS.map(find);
        Self {
            traceparent,
            tracestate,
            x_request_id,
            x_stator_timeout_ms: find(TIMEOUT),
            x_stator_contract: find(CONTRACT),
            x_stator_token: find(TOKEN).map(Secret::new),
        }
    }

    /// When the call's time is up.
    pub fn deadline(&self, now: Instant) -> Option<Instant> {
        let left = self.x_stator_timeout_ms.as_ref()?.parse().ok()?;
        now.checked_add(Duration::from_millis(left))
    }

    /// The contract that the caller was built with. What is no hash counts as none.
    pub fn contract(&self) -> Option<ContractHash> {
        ContractHash::parse(self.x_stator_contract.as_deref()?).ok()
    }

    /// What the caller shows to be let in.
    pub fn token(&self) -> Option<&Secret> {
        self.x_stator_token.as_ref()
    }

    /// The headers that handlers see, as metadata.
    pub fn into_metadata(self) -> impl Iterator<Item = (String, String)> {
        let values = [self.traceparent, self.tracestate, self.x_request_id];
        AS_HEADERS
            .into_iter()
            .zip(values)
            .filter_map(|(key, value)| Some((key.to_owned(), value?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trace_headers_time_and_contract_arrive() {
        let metadata = vec![
            ("traceparent".to_owned(), "00-1-2-01".to_owned()),
            ("tenant".to_owned(), "t1".to_owned()),
        ];
        let now = Instant::now();
        let contract = ContractHash::from_bytes([7; 16]);
        let deadline = now.checked_add(Duration::from_secs(5));
        let token = Secret::new("open");
        let sent = list("id", &metadata, deadline, Some(contract), Some(&token));
        let from_json = Headers::read(&write("1f/a/b/c", &sent));
        let found = Headers::find(|name| sent.iter().find(|(key, _)| *key == name).map(|(_, value)| &**value));
        for headers in [from_json, found] {
            let deadline = headers.deadline(now).unwrap_or(now);
            assert!(deadline > now + Duration::from_secs(3), "{deadline:?}");
            assert_eq!((headers.contract(), headers.token()), (Some(contract), Some(&token)));
            let found: Vec<_> = headers.into_metadata().collect();
            assert_eq!(found, [metadata[0].clone()]);
        }
    }

    #[test]
    fn unreadable_headers_are_none() {
        for json in [&b""[..], b"[]", b"{", b"{\"traceparent\":7}", b"\xff"] {
            assert_eq!(Headers::read(json).into_metadata().count(), 0);
        }
    }
}
