use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{net::TcpListener, sync::Semaphore};

use crate::{
    Error, ErrorCode, Result,
    transport::{Link, advertised},
};

use super::{CallHome, home_task};

/// Connections that have not said what they are for: strangers who say nothing cannot pile up.
const HANDSHAKES: usize = 4096;

/// Pause after a failed accept (out of file descriptors, say), so that it does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

pub(super) async fn bind(host: &str, port: u16) -> Result<(TcpListener, SocketAddr)> {
    let failed = |error: std::io::Error| {
        let code = match error.kind() {
            std::io::ErrorKind::AddrInUse => ErrorCode::AddressInUse,
            std::io::ErrorKind::PermissionDenied => ErrorCode::PermissionDenied,
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
    let listener = TcpListener::bind((host, port)).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, advertised(address)))
}

/// Takes calls home until the process makes no more calls.
pub(super) async fn accept(listener: TcpListener, home: Arc<CallHome>) {
    let places = Arc::new(Semaphore::new(HANDSHAKES));
    loop {
        let accepted = async {
            // The semaphore is never closed.
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            () = home.closed.cancelled() => return,
            accepted = accepted => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                if stream.set_nodelay(true).is_err() {
                    continue;
                }
                let home = Arc::clone(&home);
                tokio::spawn(async move { home_task::run(home, Link::from(stream), peer, place.ok()).await });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a call home");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}
