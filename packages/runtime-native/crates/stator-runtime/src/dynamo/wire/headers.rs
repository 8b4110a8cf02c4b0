//! Headers beside a request: text to text. Only a few of them mean something here.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::{config::Secret, identity::ContractHash, wire::open::Metadata};

/// Metadata that travels as headers, as in the original: tracing looks there.
const AS_HEADERS: [&str; 3] = ["traceparent", "tracestate", "x-request-id"];

/// What a caller sends. Times are text, as everything in there.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Sent<'a> {
    x_endpoint_path: &'a str,
    request_id: &'a str,
    x_frontend_send_ts_ns: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tracestate: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x_request_id: Option<&'a str>,
    /// Ours: how much time the call has left.
    #[serde(skip_serializing_if = "Option::is_none")]
    x_stator_timeout_ms: Option<String>,
    /// Ours: the contract that the caller was built with.
    #[serde(skip_serializing_if = "Option::is_none")]
    x_stator_contract: Option<String>,
    /// Ours: what lets the caller in.
    #[serde(skip_serializing_if = "Option::is_none")]
    x_stator_token: Option<&'a str>,
}

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

/// The headers of a request, as JSON. `token` is for workers of our kind alone.
pub fn write(
    path: &str,
    id: &str,
    metadata: &Metadata,
    deadline: Option<Instant>,
    contract: Option<ContractHash>,
    token: Option<&Secret>,
) -> Vec<u8> {
    let find = |name: &str| {
        let entry = metadata.iter().find(|(key, _)| key == name);
        entry.map(|(_, value)| value.as_str())
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let sent = Sent {
        x_endpoint_path: path,
        request_id: id,
        x_frontend_send_ts_ns: now.as_nanos().to_string(),
        traceparent: find(AS_HEADERS[0]),
        tracestate: find(AS_HEADERS[1]),
        x_request_id: find(AS_HEADERS[2]),
        x_stator_timeout_ms: deadline.map(|deadline| {
            let left = deadline.saturating_duration_since(Instant::now());
            left.as_millis().max(1).to_string()
        }),
        x_stator_contract: contract.map(|hash| hash.to_string()),
        x_stator_token: token.map(Secret::expose),
    };
    // Text always can be written.
    serde_json::to_vec(&sent).unwrap_or_default()
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
        let json = write(
            "1f/a/b/c",
            "id",
            &metadata,
            deadline,
            Some(contract),
            Some(&Secret::new("open")),
        );
        let headers = Headers::read(&json);
        let deadline = headers.deadline(now).unwrap_or(now);
        assert!(deadline > now + Duration::from_secs(3), "{deadline:?}");
        assert_eq!(
            (headers.contract(), headers.token()),
            (Some(contract), Some(&Secret::new("open")))
        );
        let found: Vec<_> = headers.into_metadata().collect();
        assert_eq!(found, [metadata[0].clone()]);
    }

    #[test]
    fn unreadable_headers_are_none() {
        for json in [&b""[..], b"[]", b"{", b"{\"traceparent\":7}", b"\xff"] {
            assert_eq!(Headers::read(json).into_metadata().count(), 0);
        }
    }
}
