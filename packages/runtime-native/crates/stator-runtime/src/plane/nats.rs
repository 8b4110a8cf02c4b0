use std::sync::Arc;

use crate::{Result, discovery::BoxFuture, dynamo::nats::Bus, server::Server, transport::Link};

use super::{RequestPlane, TcpPlane};

/// Requests over NATS, as the original sends them. Whoever does not use NATS is reached, and reaches us, as on `tcp`.
pub struct NatsPlane {
    bus: Arc<Bus>,
    tcp: TcpPlane,
}

impl NatsPlane {
    pub fn new(bus: Arc<Bus>, tcp: TcpPlane) -> Self {
        Self { bus, tcp }
    }
}

impl RequestPlane for NatsPlane {
    fn name(&self) -> &'static str {
        "nats"
    }

    fn listen<'a>(&'a self, server: Arc<Server>) -> BoxFuture<'a, Result<String>> {
        self.tcp.listen(server)
    }

    fn dial<'a>(&'a self, address: &'a str) -> BoxFuture<'a, Result<Link>> {
        self.tcp.dial(address)
    }

    fn speaks_dynamo(&self) -> bool {
        true
    }

    fn nats(&self) -> Option<&Arc<Bus>> {
        Some(&self.bus)
    }

    fn stop_listening(&self) {
        self.tcp.stop_listening();
    }
}
