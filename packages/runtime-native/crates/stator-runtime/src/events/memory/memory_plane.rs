use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use bytes::Bytes;

use super::{
    super::{EventPlane, Inlet, Listening, Opened, Opening, Outlet, closed_plane},
    MemoryBus,
};
use crate::{Result, discovery::BoxFuture};

/// Events through a [`MemoryBus`], in the same envelopes as everywhere.
#[derive(Debug, Default)]
pub struct MemoryEventPlane {
    bus: MemoryBus,
    closed: Arc<AtomicBool>,
}

impl MemoryEventPlane {
    pub fn new(bus: MemoryBus) -> Self {
        Self {
            bus,
            closed: Arc::default(),
        }
    }
}

impl EventPlane for MemoryEventPlane {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn open<'a>(&'a self, publisher: Opening<'a>) -> BoxFuture<'a, Result<Opened>> {
        Box::pin(async move {
            let outlet = MemoryOutlet {
                bus: self.bus.clone(),
                subject: publisher.scope.subject(publisher.topic),
                closed: Arc::clone(&self.closed),
            };
            Ok(Opened {
                outlet: Arc::new(outlet),
                transport: None,
            })
        })
    }

    fn listen<'a>(&'a self, inlet: Arc<Inlet>) -> BoxFuture<'a, Result<Listening>> {
        Box::pin(async move {
            let subject = inlet.scope().subject(inlet.topic());
            self.bus.add(&subject, &inlet);
            let bus = self.bus.clone();
            Ok(Box::new(Listed { bus, subject, inlet }) as Listening)
        })
    }

    fn close<'a>(&'a self) -> BoxFuture<'a, ()> {
        self.closed.store(true, Ordering::Release);
        Box::pin(async {})
    }
}

struct MemoryOutlet {
    bus: MemoryBus,
    subject: String,
    closed: Arc<AtomicBool>,
}

impl Outlet for MemoryOutlet {
    fn send(&self, _sequence: u64, envelope: Bytes) -> Result<()> {
        if self.closed.load(Ordering::Acquire) {
            return Err(closed_plane());
        }
        self.bus.send(&self.subject, &envelope);
        Ok(())
    }
}

/// A subscription on the bus, until it is dropped.
struct Listed {
    bus: MemoryBus,
    subject: String,
    inlet: Arc<Inlet>,
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.bus.remove(&self.subject, &self.inlet);
    }
}
