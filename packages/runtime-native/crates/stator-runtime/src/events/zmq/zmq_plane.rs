use std::{net::IpAddr, sync::Arc};

use tokio::time::timeout;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    super::{ChannelTransport, EventMetrics, EventPlane, Inlet, LAST_WORDS, Listening, Opened, Opening, closed_plane},
    event_frames::MARGIN,
    follower::Follower,
    pub_socket::PubSocket,
};
use crate::{
    Error, ErrorCode, Result,
    discovery::{BoxFuture, Bucket, Discovery},
};

/// How events travel without a server.
#[derive(Debug, Clone)]
pub struct ZmqOptions {
    /// Where publishers listen, each on a free port. Others find them there, so it must be one address.
    pub host: IpAddr,
    /// The longest envelope that is taken, in bytes.
    pub max_message: usize,
    /// Events stay on this machine, because they are not encrypted.
    pub stays_here: bool,
}

/// Events from each publisher to each of its subscribers, over connections of their own.
pub struct ZmqEventPlane {
    options: ZmqOptions,
    discovery: Arc<dyn Discovery>,
    metrics: EventMetrics,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl ZmqEventPlane {
    /// Nothing is opened before somebody publishes or subscribes. Fails with `invalid_argument` for a host that nobody
    /// could find.
    pub fn new(options: ZmqOptions, discovery: Arc<dyn Discovery>, metrics: EventMetrics) -> Result<Self> {
        if options.host.is_unspecified() {
            return Err(Error::new(
                ErrorCode::InvalidArgument,
                format!(
                    "eventHost (DYN_EVENT_PLANE_HOST) is {}, under which no subscriber finds a publisher; give the \
                     address of this machine that the others reach",
                    options.host
                ),
            ));
        }
        if options.stays_here && !options.host.is_loopback() {
            return Err(Error::new(
                ErrorCode::InvalidArgument,
                format!(
                    "events over ZeroMQ are not encrypted, and TLS or a token is set: eventHost (DYN_EVENT_PLANE_HOST) \
                     must be 127.0.0.1, not {}. For other machines use NATS (eventPlane: \"nats\", DYN_EVENT_PLANE=nats), \
                     or say that plain text will do (allowPlaintext, STATOR_ALLOW_PLAINTEXT=1)",
                    options.host
                ),
            ));
        }
        Ok(Self {
            options,
            discovery,
            metrics,
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        })
    }

    async fn bind(&self, publisher: Opening<'_>) -> Result<Opened> {
        if self.stop.is_cancelled() {
            return Err(closed_plane());
        }
        let (socket, address) = PubSocket::bind(
            self.options.host,
            publisher.topic,
            publisher.publisher_id,
            self.metrics.clone(),
            &self.stop,
            &self.tasks,
        )
        .await?;
        let transport = ChannelTransport::Zmq {
            endpoint: format!("tcp://{address}"),
        };
        Ok(Opened {
            outlet: Arc::new(socket),
            transport: Some(transport),
        })
    }

    async fn follow(&self, inlet: Arc<Inlet>) -> Result<Listening> {
        let mut entries = self.discovery.watch_entries(Bucket::EventChannels).await?;
        let stop = self.stop.child_token();
        // Dropped when this fails or is given up.
        let guard = stop.clone().drop_guard();
        let max_message = self.options.max_message.saturating_add(inlet.topic().len() + MARGIN);
        let mut follower = Follower::new(inlet, max_message, self.options.stays_here, stop);
        let now = Arc::clone(&entries.borrow_and_update());
        follower.look(&now);
        // A publisher that is slow to answer is waited for no longer.
        let _ = timeout(LAST_WORDS, follower.settled()).await;
        self.tasks.spawn(follower.run(entries));
        Ok(Box::new(guard))
    }
}

impl EventPlane for ZmqEventPlane {
    fn name(&self) -> &'static str {
        "zmq"
    }

    fn open<'a>(&'a self, publisher: Opening<'a>) -> BoxFuture<'a, Result<Opened>> {
        Box::pin(self.bind(publisher))
    }

    fn listen<'a>(&'a self, inlet: Arc<Inlet>) -> BoxFuture<'a, Result<Listening>> {
        Box::pin(self.follow(inlet))
    }

    fn close<'a>(&'a self) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            self.stop.cancel();
            self.tasks.close();
            if timeout(LAST_WORDS, self.tasks.wait()).await.is_err() {
                tracing::debug!("events that waited for slow subscribers were dropped at the end");
            }
        })
    }
}
