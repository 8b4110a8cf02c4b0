//! What is said beside the values, always as JSON: the header of a request, and the frames of a call-home connection.

use std::{collections::BTreeMap, net::SocketAddr};

use serde::{Deserialize, Serialize};

use crate::dynamo::value::Codec;

use super::{Unreadable, error::DynamoError};

/// Asks the worker to finish early.
pub const STOP: &[u8] = b"\"stop\"";
/// Nobody waits for the answer any more.
pub const KILL: &[u8] = b"\"kill\"";
/// The last frame of a stream.
pub const SENTINEL: &[u8] = b"\"sentinel\"";

/// The only way of calling home that is spoken here.
const TCP: &str = "tcp_server";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestType {
    /// The body is the request.
    SingleIn,
    /// The request is a stream: the worker calls home for it too.
    ManyIn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseType {
    SingleOut,
    ManyOut,
}

/// Which of the two streams of a call a connection carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StreamType {
    Request,
    Response,
}

/// The header of a request. Unknown fields are ignored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Control {
    pub id: String,
    pub request_type: RequestType,
    pub response_type: ResponseType,
    /// Form of the request, and of the answer. Absent: JSON.
    #[serde(default)]
    pub payload_codec: Codec,
    pub connection_info: ConnectionInfo,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_stream_connection_info: Option<ConnectionInfo>,
}

/// Where to call home. `info` is JSON as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionInfo {
    pub transport: String,
    pub info: String,
}

/// The content of [`ConnectionInfo::info`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Home {
    /// `IP:port` of the caller's listener. Versions before 1.6 write IPv6 addresses without brackets.
    #[serde(deserialize_with = "read_address")]
    pub address: SocketAddr,
    /// Which call the connection is for; a secret between the two.
    pub subject: String,
    /// The id of the call.
    pub context: String,
    pub stream_type: StreamType,
    /// Ours: the subject at which the caller may be reached through NATS. Then it may have no listener: port 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nats: Option<String>,
}

/// Where the caller is, for messages.
impl std::fmt::Display for Home {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.nats {
            Some(subject) if !self.is_listening() => write!(formatter, "nats:{subject}"),
            _ => self.address.fmt(formatter),
        }
    }
}

impl Home {
    /// Whether there is something to call.
    pub fn is_listening(&self) -> bool {
        self.address.port() != 0
    }
}

impl ConnectionInfo {
    pub fn new(home: &Home) -> Self {
        Self {
            transport: TCP.to_owned(),
            // Text and numbers always can be written.
            info: serde_json::to_string(home).unwrap_or_default(),
        }
    }

    /// Where to call home, if this is for that call and that stream.
    pub fn home(&self, call: &str, stream_type: StreamType) -> Result<Home, Unreadable> {
        if self.transport != TCP {
            let transport = shown(&self.transport);
            return Err(Unreadable::wrong(format_args!(
                "answers over {transport:?}, which is not spoken here; set DYN_RESPONSE_PLANE=tcp on both sides"
            )));
        }
        let home: Home = serde_json::from_str(&self.info)
            .map_err(|error| Unreadable::wrong(format_args!("connection information that is not readable: {error}")))?;
        if home.stream_type != stream_type {
            return Err(Unreadable::wrong("connection information of the other stream"));
        }
        if home.context != call {
            return Err(Unreadable::wrong("connection information of another call"));
        }
        if !home.is_listening() && home.nats.is_none() {
            return Err(Unreadable::wrong("connection information without a port"));
        }
        Ok(home)
    }
}

/// The first frame on a call-home connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handshake {
    pub subject: String,
    pub stream_type: StreamType,
}

/// The second frame on a connection for an answer: whether there will be one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Prologue {
    pub error: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typed_error: Option<DynamoError>,
}

/// Reads a control frame, or says what is wrong with it.
pub fn read<'a, T: Deserialize<'a>>(what: &str, header: &'a [u8]) -> Result<T, Unreadable> {
    serde_json::from_slice(header)
        .map_err(|error| Unreadable::wrong(format_args!("{what} that is not readable: {error}")))
}

fn read_address<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    let text = String::deserialize(deserializer)?;
    let without_brackets = || {
        let (ip, port) = text.rsplit_once(':')?;
        Some(SocketAddr::new(ip.parse().ok()?, port.parse().ok()?))
    };
    text.parse()
        .ok()
        .or_else(without_brackets)
        .ok_or_else(|| serde::de::Error::custom(format!("{:?} is not an IP address with a port", shown(&text))))
}

fn shown(text: &str) -> &str {
    &text[..text.floor_char_boundary(64)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the original's client sent it.
    const OBSERVED: &str = r#"{"id":"b1a5904f-d67b-4861-9d1e-0ea82a24d1e1","request_type":"single_in","response_type":"many_out","payload_codec":"msgpack","connection_info":{"transport":"tcp_server","info":"{\"address\":\"127.0.0.1:33011\",\"subject\":\"8b8d5da8-5582-4b3d-8d70-f60f539a61a2\",\"context\":\"b1a5904f-d67b-4861-9d1e-0ea82a24d1e1\",\"stream_type\":\"response\"}"}}"#;

    fn observed() -> Control {
        read("a control message", OBSERVED.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn what_the_original_sends_is_read_and_written_the_same() {
        let control = observed();
        assert_eq!(serde_json::to_string(&control).ok().as_deref(), Some(OBSERVED));
        let home = control.connection_info.home(&control.id, StreamType::Response);
        assert_eq!(home.map(|home| home.address.port()), Ok(33011));
    }

    #[test]
    fn older_versions_write_ipv6_without_brackets() {
        for address in ["[::1]:33011", "::1:33011"] {
            let text = OBSERVED.replace("127.0.0.1:33011", address);
            let control: Control = read("it", text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
            let home = control.connection_info.home(&control.id, StreamType::Response);
            let expected = "[::1]:33011".parse().ok();
            assert_eq!(home.ok().map(|home| home.address), expected, "{address}");
        }
    }

    #[test]
    fn a_missing_codec_is_json_and_one_of_the_future_is_refused() {
        let without = OBSERVED.replace(r#""payload_codec":"msgpack","#, "");
        let control: Result<Control, _> = read("it", without.as_bytes());
        assert_eq!(control.map(|control| control.payload_codec), Ok(Codec::Json));
        let future = OBSERVED.replace("msgpack", "cbor");
        assert!(read::<Control>("it", future.as_bytes()).is_err());
    }

    #[test]
    fn information_for_something_else_is_refused() {
        let control = observed();
        let info = &control.connection_info;
        assert!(info.home("another", StreamType::Response).is_err());
        assert!(info.home(&control.id, StreamType::Request).is_err());
        let quic = ConnectionInfo {
            transport: "quic-response".to_owned(),
            ..info.clone()
        };
        assert!(quic.home(&control.id, StreamType::Response).is_err());
        let named = ConnectionInfo {
            info: info.info.replace("127.0.0.1", "localhost"),
            ..info.clone()
        };
        assert!(named.home(&control.id, StreamType::Response).is_err());
    }
}
