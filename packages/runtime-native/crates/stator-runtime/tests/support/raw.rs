//! A peer that speaks the wire by hand: bytes as `docs/wire.md` says, without the code under test.
#![allow(clippy::unwrap_used, reason = "a test whose own socket fails cannot go on")]

use std::sync::Arc;

use stator_runtime::{
    Result,
    discovery::{Discovery, Instance, MemoryDiscovery, Stator, Transport},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

pub const OPEN: u8 = 1;
pub const DATA: u8 = 2;
pub const ERROR: u8 = 3;
pub const CANCEL: u8 = 4;
pub const CREDIT: u8 = 5;
pub const PING: u8 = 6;
pub const PONG: u8 = 7;
pub const GO_AWAY: u8 = 8;
pub const SIZE: u8 = 9;

pub const END_MESSAGE: u8 = 1;
pub const END_STREAM: u8 = 2;
pub const BYTES: u8 = 4;
/// A whole message that is also the last one.
pub const ONLY: u8 = END_MESSAGE | END_STREAM;
pub const REFUSED: u8 = 1;
/// Of a size: the credit for it is taken as given.
pub const GRANTED: u8 = 1;

/// What the tests' peers offer as credit unless they say otherwise.
pub const WINDOW: u32 = 262_144;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub kind: u8,
    pub flags: u8,
    pub stream: u32,
    pub payload: Vec<u8>,
}

impl Frame {
    /// The text that its JSON holds, or whatever it is.
    pub fn text(&self) -> String {
        serde_json::from_slice(&self.payload).unwrap_or_else(|_| String::from_utf8_lossy(&self.payload).into_owned())
    }

    /// The `code` of an error frame.
    pub fn code(&self) -> String {
        assert_eq!(self.kind, ERROR, "{self:?}");
        let error: serde_json::Value = serde_json::from_slice(&self.payload).unwrap();
        error["code"].as_str().unwrap_or_default().to_owned()
    }

    pub fn number(&self) -> u32 {
        u32::from_be_bytes(self.payload.as_slice().try_into().unwrap())
    }
}

pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![kind, flags];
    bytes.extend_from_slice(&u16::try_from(payload.len()).unwrap().to_be_bytes());
    bytes.extend_from_slice(&stream.to_be_bytes());
    bytes.extend_from_slice(payload);
    bytes
}

pub fn data(stream: u32, flags: u8, payload: &[u8]) -> Vec<u8> {
    frame(DATA, flags, stream, payload)
}

pub fn credit(stream: u32, bytes: u32) -> Vec<u8> {
    frame(CREDIT, 0, stream, &bytes.to_be_bytes())
}

pub fn size(stream: u32, bytes: u32) -> Vec<u8> {
    frame(SIZE, 0, stream, &bytes.to_be_bytes())
}

pub fn error(stream: u32, flags: u8, code: &str) -> Vec<u8> {
    let json = format!(r#"{{"code":"{code}","message":"said by hand"}}"#);
    frame(ERROR, flags, stream, json.as_bytes())
}

/// The payload of an open frame: no deadline, no metadata.
pub fn open_payload(path: &str, request_stream: bool) -> Vec<u8> {
    let mut payload = vec![u8::from(request_stream), 0, 0, 0, 0];
    for text in [path, "by-hand"] {
        payload.extend_from_slice(&u16::try_from(text.len()).unwrap().to_be_bytes());
        payload.extend_from_slice(text.as_bytes());
    }
    payload.extend_from_slice(&[0, 0]);
    payload
}

pub fn open(stream: u32, path: &str) -> Vec<u8> {
    frame(OPEN, 0, stream, &open_payload(path, false))
}

pub fn open_stream(stream: u32, path: &str) -> Vec<u8> {
    frame(OPEN, 0, stream, &open_payload(path, true))
}

/// A whole unary call.
pub fn call(stream: u32, path: &str, request: &[u8]) -> Vec<u8> {
    [open(stream, path), data(stream, ONLY, request)].concat()
}

pub fn preface(versions: (u16, u16), hello: &str) -> Vec<u8> {
    let mut bytes = b"\xFF\xFFSTATOR".to_vec();
    bytes.extend_from_slice(&versions.0.to_be_bytes());
    bytes.extend_from_slice(&versions.1.to_be_bytes());
    bytes.extend_from_slice(&u32::try_from(hello.len()).unwrap().to_be_bytes());
    bytes.extend_from_slice(hello.as_bytes());
    bytes
}

pub fn hello(window: u32) -> String {
    format!(r#"{{"agent":"by hand","window":{window},"maxMessage":33554432}}"#)
}

/// One end of a connection.
pub struct Raw {
    stream: TcpStream,
}

impl Raw {
    /// A connection without a handshake.
    pub async fn dial(address: &str) -> Self {
        Self {
            stream: TcpStream::connect(address).await.unwrap(),
        }
    }

    /// The same, with a receive buffer so small that little fits between the two sides.
    pub async fn dial_narrow(address: &str) -> Self {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        Self {
            stream: socket.connect(address.parse().unwrap()).await.unwrap(),
        }
    }

    /// A connection that has shaken hands and offers `window` bytes of credit for each stream.
    pub async fn connect(address: &str, window: u32) -> Self {
        let mut raw = Self::dial(address).await;
        raw.shake_hands(window).await;
        raw
    }

    /// The caller's part of the handshake.
    pub async fn shake_hands(&mut self, window: u32) {
        self.write(&preface((1, 1), &hello(window))).await;
        let (versions, answer) = self.preface().await.unwrap();
        assert_eq!(versions, (1, 1));
        assert_eq!(answer.get("error"), None);
    }

    /// Sends bytes; a peer that has closed is no failure, what it says instead is for the test to read.
    pub async fn write(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes).await;
    }

    /// Sends bytes; `false` if the peer has closed.
    pub async fn can_write(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).await.is_ok()
    }

    /// Nothing more is sent.
    pub async fn finish(&mut self) {
        let _ = self.stream.shutdown().await;
    }

    /// The peer's versions and hello; `None` if it closed instead.
    pub async fn preface(&mut self) -> Option<((u16, u16), serde_json::Value)> {
        let mut head = [0; 16];
        self.stream.read_exact(&mut head).await.ok()?;
        assert_eq!(&head[..8], b"\xFF\xFFSTATOR");
        let number = |at: usize| u16::from_be_bytes([head[at], head[at + 1]]);
        let length = u32::from_be_bytes(head[12..].try_into().unwrap());
        let mut hello = vec![0; length as usize];
        self.stream.read_exact(&mut hello).await.ok()?;
        Some(((number(8), number(10)), serde_json::from_slice(&hello).unwrap()))
    }

    /// The next frame; `None` when the peer has closed.
    pub async fn frame(&mut self) -> Option<Frame> {
        let mut head = [0; 8];
        self.stream.read_exact(&mut head).await.ok()?;
        let mut payload = vec![0; usize::from(u16::from_be_bytes([head[2], head[3]]))];
        self.stream.read_exact(&mut payload).await.ok()?;
        Some(Frame {
            kind: head[0],
            flags: head[1],
            stream: u32::from_be_bytes(head[4..].try_into().unwrap()),
            payload,
        })
    }

    /// The next frame of that kind, whatever comes before it.
    pub async fn frame_of(&mut self, kind: u8) -> Frame {
        loop {
            let frame = self
                .frame()
                .await
                .unwrap_or_else(|| panic!("closed before kind {kind}"));
            if frame.kind == kind {
                return frame;
            }
        }
    }

    /// Reads bytes of any kind until the peer closes.
    pub async fn drained(&mut self) {
        let mut buffer = [0; 4096];
        while self.stream.read(&mut buffer).await.is_ok_and(|count| count > 0) {}
    }

    /// Reads until the peer closes.
    pub async fn closed(&mut self) {
        while self.frame().await.is_some() {}
    }
}

/// An instance in discovery whose connections the test serves by hand.
pub struct RawWorker {
    pub id: u64,
    listener: TcpListener,
    _record: MemoryDiscovery,
}

impl RawWorker {
    pub async fn new(discovery: MemoryDiscovery, path: &str, idempotent: bool) -> Result<Self> {
        Self::with_contract(discovery, path, idempotent, None).await
    }

    /// The same, and its record names a contract.
    pub async fn with_contract(
        discovery: MemoryDiscovery,
        path: &str,
        idempotent: bool,
        contract: Option<&str>,
    ) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        discovery
            .register(record(&discovery, path, address, idempotent, contract))
            .await?;
        Ok(Self {
            id: discovery.connection_id(),
            listener,
            _record: discovery,
        })
    }

    /// The next connection, before its handshake.
    pub async fn accept_silently(&self) -> Raw {
        let (stream, _) = self.listener.accept().await.unwrap();
        Raw { stream }
    }

    /// The next connection, with its handshake done.
    pub async fn accept(&self, window: u32) -> Raw {
        let mut raw = self.accept_silently().await;
        raw.answer(window).await;
        raw
    }
}

impl Raw {
    /// The worker's part of the handshake.
    pub async fn answer(&mut self, window: u32) {
        assert!(self.preface().await.is_some());
        self.write(&preface((1, 1), &hello(window))).await;
    }
}

/// Puts an instance into discovery that answers, or does not, at `address`.
pub async fn register(discovery: &MemoryDiscovery, path: &str, address: String, idempotent: bool) -> Result<()> {
    discovery
        .register(record(discovery, path, address, idempotent, None))
        .await
}

fn record(
    discovery: &MemoryDiscovery,
    path: &str,
    address: String,
    idempotent: bool,
    contract: Option<&str>,
) -> Instance {
    let [namespace, component, endpoint] = path.split('.').collect::<Vec<_>>().try_into().unwrap();
    Instance {
        namespace: namespace.to_owned(),
        component: component.to_owned(),
        endpoint: endpoint.to_owned(),
        instance_id: discovery.connection_id(),
        transport: Transport::default(),
        device_type: None,
        request_plane_codec: None,
        stator: Some(Stator {
            address,
            versions: (1, 1),
            idempotent,
            contract: contract.map(str::to_owned),
            nats_answers: false,
        }),
    }
}

/// The address at which the one instance of `path` listens.
pub async fn address_of(discovery: &Arc<dyn Discovery>, id: u64) -> Result<String> {
    let instances = discovery.watch().await?;
    let snapshot = instances.borrow().clone();
    let instance = snapshot.iter().find(|instance| instance.instance_id == id).unwrap();
    Ok(instance.stator.as_ref().unwrap().address.clone())
}
