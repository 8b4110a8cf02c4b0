//! Peers that speak the original's wire by hand: bytes as its description says, without the code under test.
#![allow(clippy::unwrap_used, reason = "a test whose own socket fails cannot go on")]

use serde_json::{Value, json};
use stator_runtime::{
    Result,
    discovery::{Discovery, Instance, MemoryDiscovery, Transport},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

pub const ID: &str = "call-1";
pub const SUBJECT: &str = "8b8d5da8-5582-4b3d-8d70-f60f539a61a2";
pub const FINAL: &str = r#"{"complete_final":true}"#;
pub const SENTINEL: &str = "\"sentinel\"";

/// `u64 header length | u64 body length | u64 checksum | header | body`.
pub fn two_part(header: &str, body: &[u8]) -> Vec<u8> {
    let mut out = (header.len() as u64).to_be_bytes().to_vec();
    out.extend_from_slice(&(body.len() as u64).to_be_bytes());
    out.extend_from_slice(&[0; 8]);
    out.extend_from_slice(header.as_bytes());
    out.extend_from_slice(body);
    out
}

/// A frame of an answer.
pub fn item(json: &str) -> Vec<u8> {
    two_part("", json.as_bytes())
}

/// An item with that data.
pub fn data(value: &Value) -> Vec<u8> {
    item(&json!({ "data": { "data": value }, "complete_final": false }).to_string())
}

pub fn frame(path: &str, headers: &str, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for field in [path, headers] {
        out.extend_from_slice(&(field.len() as u16).to_be_bytes());
        out.extend_from_slice(field.as_bytes());
    }
    out.extend_from_slice(&(payload.len() as u32).to_be_bytes());
    out.extend_from_slice(payload);
    out
}

pub fn info(address: &str, stream_type: &str) -> Value {
    let info = json!({ "address": address, "subject": SUBJECT, "context": ID, "stream_type": stream_type });
    json!({ "transport": "tcp_server", "info": info.to_string() })
}

/// The control message of a call with one request, as JSON.
pub fn control(address: &str) -> Value {
    json!({
        "id": ID,
        "request_type": "single_in",
        "response_type": "many_out",
        "payload_codec": "json",
        "connection_info": info(address, "response"),
    })
}

/// One end of a connection.
pub struct Peer(pub TcpStream);

impl Peer {
    pub async fn dial(address: &str) -> Self {
        Self(TcpStream::connect(address).await.unwrap())
    }

    /// Sends bytes; a peer that has closed is no failure, what it says instead is for the test to read.
    pub async fn write(&mut self, bytes: &[u8]) {
        let _ = self.0.write_all(bytes).await;
    }

    /// The next ack; `None` when the peer has closed.
    pub async fn ack(&mut self) -> Option<String> {
        let length = self.0.read_u32().await.ok()?;
        let mut text = vec![0; length as usize];
        self.0.read_exact(&mut text).await.ok()?;
        Some(String::from_utf8(text).unwrap())
    }

    /// The next two-part message; `None` when the peer has closed.
    pub async fn message(&mut self) -> Option<(String, String)> {
        let lengths = [self.0.read_u64().await.ok()?, self.0.read_u64().await.ok()?];
        self.0.read_u64().await.ok()?;
        let mut parts = lengths.map(|length| vec![0; length as usize]);
        for part in &mut parts {
            self.0.read_exact(part).await.ok()?;
        }
        let [header, body] = parts.map(|part| String::from_utf8_lossy(&part).into_owned());
        Some((header, body))
    }

    /// Reads until the peer closes.
    pub async fn closed(&mut self) {
        while self.message().await.is_some() {}
    }

    /// The next request as a worker sees it: its path, its control message and its body.
    pub async fn request(&mut self) -> (String, Value, Vec<u8>) {
        let path = self.field().await;
        self.field().await;
        let length = self.0.read_u32().await.unwrap();
        let mut payload = vec![0; length as usize];
        self.0.read_exact(&mut payload).await.unwrap();
        let header = u64::from_be_bytes(payload[..8].try_into().unwrap()) as usize;
        let control = serde_json::from_slice(&payload[24..24 + header]).unwrap();
        (path, control, payload[24 + header..].to_vec())
    }

    async fn field(&mut self) -> String {
        let mut bytes = vec![0; usize::from(self.0.read_u16().await.unwrap())];
        self.0.read_exact(&mut bytes).await.unwrap();
        String::from_utf8(bytes).unwrap()
    }
}

/// A caller's listener.
pub struct Home(TcpListener);

impl Home {
    pub async fn new() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    pub fn address(&self) -> String {
        self.0.local_addr().unwrap().to_string()
    }

    /// The next call home, with its handshake.
    pub async fn accept(&self) -> (Peer, Value) {
        let mut peer = Peer(self.0.accept().await.unwrap().0);
        let (header, body) = peer.message().await.unwrap();
        assert_eq!(body, "");
        (peer, serde_json::from_str(&header).unwrap())
    }
}

/// A worker in discovery that the test serves by hand.
pub struct Worker {
    pub id: u64,
    listener: TcpListener,
    _record: MemoryDiscovery,
}

impl Worker {
    pub async fn new(discovery: MemoryDiscovery, path: &str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let id = discovery.connection_id();
        let tcp = Some(format!("{address}/some/opaque/path"));
        discovery.register(record(id, path, tcp, None)).await?;
        Ok(Self {
            id,
            listener,
            _record: discovery,
        })
    }

    pub async fn accept(&self) -> Peer {
        Peer(self.listener.accept().await.unwrap().0)
    }
}

/// A record as the original writes it.
pub fn record(id: u64, path: &str, tcp: Option<String>, codec: Option<&str>) -> Instance {
    let [namespace, component, endpoint] = path.split('.').collect::<Vec<_>>().try_into().unwrap();
    Instance {
        namespace: namespace.to_owned(),
        component: component.to_owned(),
        endpoint: endpoint.to_owned(),
        instance_id: id,
        transport: Transport {
            tcp,
            ..Transport::default()
        },
        device_type: Some("cuda".to_owned()),
        request_plane_codec: codec.map(str::to_owned),
        stator: None,
    }
}

/// Calls the listener that a request names, as the worker of that call.
pub async fn call_home(control: &Value, stream_type: &str) -> Peer {
    call_home_with(control, stream_type, b"").await
}

/// The same, with more in one piece with the handshake.
pub async fn call_home_with(control: &Value, stream_type: &str, more: &[u8]) -> Peer {
    let field = if stream_type == "response" {
        "connection_info"
    } else {
        "request_stream_connection_info"
    };
    let info: Value = serde_json::from_str(control[field]["info"].as_str().unwrap()).unwrap();
    let mut peer = Peer::dial(info["address"].as_str().unwrap()).await;
    let handshake = json!({ "subject": info["subject"], "stream_type": stream_type });
    peer.write(&[&two_part(&handshake.to_string(), b"")[..], more].concat())
        .await;
    peer
}
