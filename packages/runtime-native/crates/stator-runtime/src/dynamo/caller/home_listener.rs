use std::{
    io,
    net::SocketAddr,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use socket2::SockRef;
use tokio::{net::TcpStream, sync::Semaphore, task::yield_now};

use crate::{
    Error, ErrorCode, Result,
    transport::{Link, advertised},
};

use super::{
    CallHome,
    arrival::{Left, arrive},
    home_socket::HomeSocket,
    home_task,
};

/// Connections that have not said what they are for: strangers who say nothing cannot pile up.
const HANDSHAKES: usize = 4096;

/// Connections that may wait to be accepted, as in the original: one that finds no place tries again after a second.
const BACKLOG: i32 = 4096;

/// So many are taken before others get a turn.
const TURN: usize = 16;

/// Pause after a failed accept (out of file descriptors, say), so that it does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

pub(super) async fn bind(host: &str, port: u16) -> Result<(HomeSocket, SocketAddr)> {
    let failed = |error: io::Error| {
        let code = match error.kind() {
            io::ErrorKind::AddrInUse => ErrorCode::AddressInUse,
            io::ErrorKind::PermissionDenied => ErrorCode::PermissionDenied,
            _ => ErrorCode::InvalidArgument,
        };
        Error::new(
            code,
            format!(
                "cannot listen for answers on {host}:{port} (responseHost, responsePort; DYN_TCP_RESPONSE_STREAM_HOST, \
                 DYN_TCP_RESPONSE_STREAM_PORT): {error}"
            ),
        )
    };
    let listener = tokio::net::TcpListener::bind((host, port)).await.map_err(failed)?;
    let listener = listener.into_std().map_err(failed)?;
    // Listening again changes how many may wait.
    SockRef::from(&listener).listen(BACKLOG).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let listener = HomeSocket::new(listener).map_err(failed)?;
    Ok((listener, advertised(address)))
}

/// Takes calls home until the process makes no more calls.
pub(super) async fn accept(listener: HomeSocket, home: Arc<CallHome>) {
    tokio::select! {
        () = accept_all(listener, &home) => {}
        () = home.closed.cancelled() => {}
    }
}

async fn accept_all(listener: HomeSocket, home: &Arc<CallHome>) {
    let places = Arc::new(Semaphore::new(HANDSHAKES));
    while let Ok(()) = listener.ready().await {
        let mut taken = 0;
        while taken < TURN {
            taken += 1;
            match listener.try_accept() {
                Ok((stream, peer)) => {
                    if stream.set_nonblocking(true).is_err() {
                        continue;
                    }
                    // A consumer that panics ends its own call, and no other.
                    let left = catch_unwind(AssertUnwindSafe(|| arrive(home, stream, peer)));
                    if let Some(left) = left.ok().flatten() {
                        go_on(home, left, peer, &places).await;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a call home");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        home.shared.batch_end();
        if taken == TURN {
            yield_now().await;
        }
    }
}

/// Serves the rest of a connection in a task of its own.
async fn go_on(home: &Arc<CallHome>, left: Left, peer: SocketAddr, places: &Arc<Semaphore>) {
    let home = Arc::clone(home);
    match left {
        Left::Everything(stream, buffer) => {
            // The semaphore is never closed.
            let place = Arc::clone(places).acquire_owned().await.ok();
            if let Some(link) = link(stream) {
                tokio::spawn(async move { home_task::run(home, link, peer, buffer, place).await });
            }
        }
        Left::Rest(stream, begun) => match link(stream) {
            Some(link) => drop(tokio::spawn(home_task::go_on(home, link, begun))),
            None => begun.exchange.lost(true, "its connection cannot be read"),
        },
    }
}

fn link(stream: std::net::TcpStream) -> Option<Link> {
    stream.set_nodelay(true).ok()?;
    TcpStream::from_std(stream).ok().map(Link::from)
}
