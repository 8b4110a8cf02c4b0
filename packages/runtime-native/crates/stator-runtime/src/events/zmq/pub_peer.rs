use std::{io, sync::Arc, time::Duration};

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::{
    io::AsyncWriteExt,
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    time::timeout,
};

use super::{
    super::{Bounds, bounded_queue::BoundedQueue},
    socket::tune,
    wire::{Frame, FrameReader, Limits, Role, put_frame, shake_hands},
};

/// What waits for one subscriber at the most: as many messages as in the original, in no more memory than that.
const WAITING: Bounds = Bounds {
    count: 100_000,
    bytes: 64 << 20,
};

/// What a subscriber may send: it only names topics.
const LIMITS: Limits = Limits {
    message: 64 * 1024,
    frames: 8,
};

/// Topics that one subscriber may name.
const MAX_SUBSCRIPTIONS: usize = 1024;

/// How long a stranger has to say who it is.
const PATIENCE: Duration = Duration::from_secs(10);

/// So much is written at once, where it waits.
const BATCH: usize = 64 * 1024;

/// One subscriber that is connected to a publisher.
#[derive(Debug)]
pub(super) struct PubPeer {
    waiting: BoundedQueue<Bytes>,
    subscriptions: Mutex<Vec<Bytes>>,
}

impl PubPeer {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            waiting: BoundedQueue::new(WAITING),
            subscriptions: Mutex::default(),
        })
    }

    /// Whether it wants messages of that topic.
    pub(super) fn wants(&self, topic: &str) -> bool {
        let subscriptions = self.subscriptions.lock();
        subscriptions.iter().any(|prefix| topic.as_bytes().starts_with(prefix))
    }

    /// False when there is no room.
    pub(super) fn push(&self, message: Bytes) -> bool {
        let size = message.len();
        self.waiting.push(message, size)
    }

    /// What waits is written, and then the connection ends.
    pub(super) fn close(&self) {
        self.waiting.close();
    }

    /// Serves the connection until one of the two sides ends it.
    pub(super) async fn run(self: Arc<Self>, stream: TcpStream) -> io::Result<()> {
        tune(&stream)?;
        let (reader, mut writer) = stream.into_split();
        let mut reader = FrameReader::new(reader, LIMITS);
        let greeted = timeout(PATIENCE, shake_hands(&mut reader, &mut writer, Role::Publisher)).await;
        greeted.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        tokio::select! {
            read = self.read(&mut reader) => read,
            written = self.write(&mut writer) => written,
        }
    }

    async fn read(&self, reader: &mut FrameReader<OwnedReadHalf>) -> io::Result<()> {
        while let Some(frame) = reader.next().await? {
            match frame {
                Frame::Message(frames) => {
                    if let [frame] = frames.as_slice() {
                        match frame.first() {
                            Some(1) => self.subscribe(frame.slice(1..))?,
                            Some(0) => self.unsubscribe(&frame[1..]),
                            _ => {}
                        }
                    }
                }
                Frame::Command(command) => {
                    if command.starts_with(b"\x09SUBSCRIBE") {
                        self.subscribe(command.slice(10..))?;
                    } else if let Some(topic) = command.strip_prefix(b"\x06CANCEL") {
                        self.unsubscribe(topic);
                    } else if command.starts_with(b"\x04PING") {
                        let mut pong = Vec::new();
                        let context = command.get(7..).unwrap_or_default();
                        put_frame(&mut pong, &[b"\x04PONG", context].concat(), false, true);
                        self.push(pong.into());
                    }
                }
            }
        }
        Ok(())
    }

    async fn write(&self, writer: &mut OwnedWriteHalf) -> io::Result<()> {
        let mut batch = Vec::new();
        while let Some(message) = self.waiting.pop().await {
            batch.clear();
            batch.extend_from_slice(&message);
            while batch.len() < BATCH
                && let Some(next) = self.waiting.try_pop()
            {
                batch.extend_from_slice(&next);
            }
            writer.write_all(&batch).await?;
        }
        writer.shutdown().await
    }

    fn subscribe(&self, topic: Bytes) -> io::Result<()> {
        let mut subscriptions = self.subscriptions.lock();
        if subscriptions.len() >= MAX_SUBSCRIPTIONS {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("it has more than {MAX_SUBSCRIPTIONS} subscriptions"),
            ));
        }
        subscriptions.push(topic);
        Ok(())
    }

    /// One for each time that it was subscribed to.
    fn unsubscribe(&self, topic: &[u8]) {
        let mut subscriptions = self.subscriptions.lock();
        if let Some(at) = subscriptions.iter().position(|known| known == topic) {
            subscriptions.swap_remove(at);
        }
    }
}
