use std::{convert::Infallible, io, net::SocketAddr, sync::Arc, time::Duration};

use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{SystemState, routes::answer};
use crate::{Error, ErrorCode, Result};

/// Probes and scrapers are few. Further ones wait in the backlog of the listener.
const MAX_CONNECTIONS: usize = 64;
/// A connection carries one request, and is closed after this, whatever its peer does.
const MAX_DURATION: Duration = Duration::from_secs(10);
const MAX_HEADERS: usize = 64;
/// Bytes of a request's head.
const MAX_HEAD: usize = 16 * 1024;
/// How long `stop` waits for answers under way: slow readers, and applications that think about their health, need it.
const FAREWELL: Duration = Duration::from_millis(200);
/// After a failure to accept, as when there are no file descriptors left.
const BACK_OFF: Duration = Duration::from_millis(100);

/// Serves `/health`, `/live` and `/metrics` until it is stopped or dropped.
#[derive(Debug)]
pub struct SystemServer {
    address: SocketAddr,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl SystemServer {
    /// Listens on `address`; port 0 takes any free one.
    ///
    /// Fails with `address_in_use` when the port is taken, `permission_denied` when this user may not use it, and
    /// `invalid_argument` when this machine has no such address.
    pub async fn start(address: SocketAddr, state: SystemState) -> Result<Self> {
        let listener = TcpListener::bind(address)
            .await
            .map_err(|error| unusable(address, &error))?;
        let address = listener.local_addr().map_err(|error| unusable(address, &error))?;
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        tasks.spawn(accept(listener, state, stop.clone(), tasks.clone()));
        Ok(Self { address, stop, tasks })
    }

    /// Where it listens, with the port that it was given.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes the port, and waits a moment for answers under way.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Drop for SystemServer {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn accept(listener: TcpListener, state: SystemState, stop: CancellationToken, tasks: TaskTracker) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let connections = async {
        // The semaphore is never closed.
        while let Ok(place) = Arc::clone(&places).acquire_owned().await {
            match listener.accept().await {
                Ok((connection, _)) => {
                    let (state, stop) = (state.clone(), stop.clone());
                    tasks.spawn(async move {
                        serve(connection, state, stop).await;
                        drop(place);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "the system server cannot accept a connection");
                    sleep(BACK_OFF).await;
                }
            }
        }
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = connections => {}
    }
}

async fn serve(connection: TcpStream, state: SystemState, stop: CancellationToken) {
    let service = service_fn(move |request: Request<Incoming>| {
        let answer = answer(state.clone(), request.method().clone(), request.uri().path().to_owned());
        async move { Ok::<_, Infallible>(answer.await) }
    });
    let served = http1::Builder::new()
        .keep_alive(false)
        .timer(TokioTimer::new())
        .header_read_timeout(MAX_DURATION)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(connection), service);
    let stopped = async {
        stop.cancelled().await;
        sleep(FAREWELL).await;
    };
    tokio::select! {
        served = timeout(MAX_DURATION, served) => match served {
            Ok(Err(error)) => tracing::debug!(%error, "a connection to the system server failed"),
            Ok(Ok(())) => {}
            Err(_) => tracing::debug!("a connection to the system server took too long"),
        },
        () = stopped => {}
    }
}

fn unusable(address: SocketAddr, error: &io::Error) -> Error {
    let (code, advice) = match error.kind() {
        io::ErrorKind::AddrInUse => (ErrorCode::AddressInUse, "another program has the port"),
        io::ErrorKind::PermissionDenied => (ErrorCode::PermissionDenied, "this user may not use the port"),
        _ => (
            ErrorCode::InvalidArgument,
            "systemHost (DYN_SYSTEM_HOST) must be an address of this machine",
        ),
    };
    Error::new(
        code,
        format!(
            "the system server cannot listen on {address}: {error}; {advice}; set systemPort (DYN_SYSTEM_PORT) to \
             another port, to 0 for any free one, or to -1 for none"
        ),
    )
}
