use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::{net::TcpListener, time::sleep};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    super::{EventMetrics, Outlet, closed_plane},
    event_frames,
    pub_peer::PubPeer,
};
use crate::{Error, ErrorCode, Result};

/// Subscribers that one publisher has at the most.
const MAX_PEERS: usize = 4096;

/// After a failure to accept, such as too many open files.
const PAUSE: Duration = Duration::from_millis(100);

/// A publisher's socket. Dropping it closes it; what waits is still written.
pub(super) struct PubSocket {
    topic: String,
    publisher_id: u64,
    peers: Arc<Mutex<Vec<Arc<PubPeer>>>>,
    metrics: EventMetrics,
    stop: CancellationToken,
    /// Ends with the whole plane.
    plane: CancellationToken,
}

impl PubSocket {
    /// Listens on a free port of `host`. Returns the socket and its address.
    pub(super) async fn bind(
        host: IpAddr,
        topic: &str,
        publisher_id: u64,
        metrics: EventMetrics,
        plane: &CancellationToken,
        tasks: &TaskTracker,
    ) -> Result<(Self, SocketAddr)> {
        let failed = |error: &io::Error| {
            let code = match error.kind() {
                io::ErrorKind::AddrNotAvailable => ErrorCode::InvalidArgument,
                io::ErrorKind::PermissionDenied => ErrorCode::PermissionDenied,
                _ => ErrorCode::AddressInUse,
            };
            Error::new(
                code,
                format!(
                    "events cannot be published on {host}: {error}; set eventHost (DYN_EVENT_PLANE_HOST) to an address \
                     of this machine"
                ),
            )
        };
        let listener = TcpListener::bind((host, 0)).await.map_err(|error| failed(&error))?;
        let address = listener.local_addr().map_err(|error| failed(&error))?;
        let socket = Self {
            topic: topic.to_owned(),
            publisher_id,
            peers: Arc::default(),
            metrics,
            stop: plane.child_token(),
            plane: plane.clone(),
        };
        let accepting = accept(listener, Arc::clone(&socket.peers), socket.stop.clone(), tasks.clone());
        tasks.spawn(accepting);
        Ok((socket, address))
    }
}

impl Outlet for PubSocket {
    fn send(&self, sequence: u64, envelope: Bytes) -> Result<()> {
        if self.plane.is_cancelled() {
            return Err(closed_plane());
        }
        let peers = self.peers.lock();
        let mut wanted = peers.iter().filter(|peer| peer.wants(&self.topic)).peekable();
        if wanted.peek().is_none() {
            return Ok(());
        }
        let message = event_frames::write(&self.topic, self.publisher_id, sequence, &envelope);
        for peer in wanted {
            if !peer.push(message.clone()) {
                self.metrics.dropped_by_publisher.inc();
            }
        }
        Ok(())
    }
}

impl Drop for PubSocket {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn accept(
    listener: TcpListener,
    peers: Arc<Mutex<Vec<Arc<PubPeer>>>>,
    stop: CancellationToken,
    tasks: TaskTracker,
) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, from) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::debug!(%error, "a subscriber of events could not be accepted");
                sleep(PAUSE).await;
                continue;
            }
        };
        let peer = PubPeer::new();
        {
            let mut peers = peers.lock();
            if peers.len() >= MAX_PEERS {
                tracing::debug!(%from, "a subscriber of events was turned away: there are {MAX_PEERS}");
                continue;
            }
            peers.push(Arc::clone(&peer));
        }
        let peers = Arc::clone(&peers);
        tasks.spawn(async move {
            if let Err(error) = Arc::clone(&peer).run(stream).await {
                tracing::debug!(%from, %error, "the connection of a subscriber of events has ended");
            }
            peers.lock().retain(|other| !Arc::ptr_eq(other, &peer));
        });
    }
    for peer in peers.lock().iter() {
        peer.close();
    }
}
