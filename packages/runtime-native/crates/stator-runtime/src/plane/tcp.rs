use std::{io, sync::Arc, time::Duration};

use tokio::{
    net::{TcpListener, lookup_host},
    sync::Mutex,
};
use tokio_util::sync::CancellationToken;

use crate::{
    Error, ErrorCode, Result,
    discovery::BoxFuture,
    security::Security,
    server::Server,
    transport::{Link, advertised},
};

use super::RequestPlane;

/// Pause after a failed accept (out of file descriptors, say), so that it does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// The multiplexed plane over TCP: one port for all endpoints of a process, opened with the first of them.
pub struct TcpPlane {
    host: String,
    port: u16,
    connect_timeout: Duration,
    security: Security,
    address: Mutex<Option<String>>,
    stop: CancellationToken,
}

impl TcpPlane {
    /// `port` 0 lets the operating system choose.
    pub fn new(host: String, port: u16, connect_timeout: Duration) -> Self {
        Self {
            host,
            port,
            connect_timeout,
            security: Security::default(),
            address: Mutex::default(),
            stop: CancellationToken::new(),
        }
    }

    /// Connections that it dials are made, and listeners opened, as `security` wants it.
    #[must_use]
    pub fn secured(mut self, security: Security) -> Self {
        self.security = security;
        self
    }

    async fn bind(&self) -> Result<TcpListener> {
        TcpListener::bind((self.host.as_str(), self.port)).await.map_err(|error| {
            let (host, port) = (&self.host, self.port);
            match error.kind() {
                io::ErrorKind::AddrInUse => Error::new(
                    ErrorCode::AddressInUse,
                    format!("{host}:{port} is taken by another process; choose another port (option `port`, DYN_TCP_RPC_PORT) or 0 for any"),
                ),
                io::ErrorKind::PermissionDenied => {
                    Error::new(ErrorCode::PermissionDenied, format!("may not listen on {host}:{port}: {error}"))
                }
                _ => Error::new(
                    ErrorCode::InvalidArgument,
                    format!("cannot listen on {host}:{port} (options `host`, `port`): {error}"),
                ),
            }
        })
    }
}

impl RequestPlane for TcpPlane {
    fn name(&self) -> &'static str {
        "tcp"
    }

    fn listen<'a>(&'a self, server: Arc<Server>) -> BoxFuture<'a, Result<String>> {
        Box::pin(async move {
            let mut address = self.address.lock().await;
            if let Some(address) = &*address {
                return Ok(address.clone());
            }
            let listener = self.bind().await?;
            let local = listener
                .local_addr()
                .map_err(|error| Error::new(ErrorCode::Internal, format!("the listener has no address: {error}")))?;
            self.security.check_taking_tokens(local.ip())?;
            tokio::spawn(accept(listener, server, self.stop.clone()));
            Ok(address.insert(advertised(local).to_string()).clone())
        })
    }

    fn dial<'a>(&'a self, address: &'a str) -> BoxFuture<'a, Result<Link>> {
        Box::pin(async move {
            let found = lookup_host(address).await.map(|mut addresses| addresses.next());
            let Ok(Some(found)) = found else {
                let message = format!("cannot connect to the worker at {address}: that is no address");
                return Err(Error::new(ErrorCode::Unavailable, message));
            };
            self.security.dial(found, self.connect_timeout, "the worker").await
        })
    }

    fn speaks_dynamo(&self) -> bool {
        true
    }

    fn stop_listening(&self) {
        self.stop.cancel();
    }
}

impl Drop for TcpPlane {
    fn drop(&mut self) {
        self.stop_listening();
    }
}

async fn accept(listener: TcpListener, server: Arc<Server>, stop: CancellationToken) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                if stream.set_nodelay(true).is_ok() {
                    tokio::spawn(Arc::clone(&server).run(Link::from(stream), peer.to_string()));
                }
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}
