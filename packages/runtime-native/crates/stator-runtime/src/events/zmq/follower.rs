use std::{
    collections::{BTreeMap, HashMap},
    net::SocketAddr,
    sync::Arc,
};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{
    super::{ChannelTransport, EventChannel, Inlet},
    link::Link,
};
use crate::discovery::Entries;

/// Publishers that one subscription follows at the most.
const MAX_LINKS: usize = 4096;

/// Follows the publishers of one subscription's topic.
pub(super) struct Follower {
    inlet: Arc<Inlet>,
    max_message: usize,
    /// Publishers on other machines are left alone.
    stays_here: bool,
    stop: CancellationToken,
    links: HashMap<String, Following>,
}

/// What was made of a record.
struct Following {
    value: Arc<[u8]>,
    /// `None` for a record that leads nowhere.
    link: Option<Linked>,
}

struct Linked {
    address: SocketAddr,
    retired: CancellationToken,
    tried: watch::Receiver<bool>,
}

impl Follower {
    pub(super) fn new(inlet: Arc<Inlet>, max_message: usize, stays_here: bool, stop: CancellationToken) -> Self {
        Self {
            inlet,
            max_message,
            stays_here,
            stop,
            links: HashMap::new(),
        }
    }

    /// Connects to whoever is new, and lets go whoever has left.
    pub(super) fn look(&mut self, entries: &Entries) {
        let prefix = self.inlet.scope().key_prefix(self.inlet.topic());
        let there: BTreeMap<&str, &Arc<[u8]>> = entries
            .range(prefix.clone()..)
            .take_while(|(key, _)| key.starts_with(&prefix))
            .map(|(key, value)| (key.as_str(), value))
            .collect();
        self.links.retain(|key, following| {
            let stays = there.contains_key(key.as_str());
            if !stays && let Some(linked) = &following.link {
                linked.retired.cancel();
            }
            stays
        });
        for (key, value) in there {
            if self.links.get(key).is_some_and(|known| known.value == *value) {
                continue;
            }
            self.follow(key, value);
        }
    }

    fn follow(&mut self, key: &str, value: &Arc<[u8]>) {
        let known = self.links.remove(key);
        let link = match address_of(key, value).and_then(|address| self.allowed(address)) {
            Ok(address) => match known.and_then(|known| known.link) {
                Some(linked) if linked.address == address => Some(linked),
                other => {
                    if let Some(linked) = other {
                        linked.retired.cancel();
                    }
                    self.link(address)
                }
            },
            Err(reason) => {
                if let Some(linked) = known.and_then(|known| known.link) {
                    linked.retired.cancel();
                }
                self.inlet
                    .skip(&format!("the record {key} leads to no publisher: {reason}"));
                None
            }
        };
        let value = Arc::clone(value);
        self.links.insert(key.to_owned(), Following { value, link });
    }

    fn allowed(&self, address: SocketAddr) -> Result<SocketAddr, String> {
        if !self.stays_here || address.ip().is_loopback() {
            return Ok(address);
        }
        Err(format!(
            "{address} is another machine, and events over ZeroMQ are not encrypted; use NATS (DYN_EVENT_PLANE=nats), or \
             set allowPlaintext (STATOR_ALLOW_PLAINTEXT=1)"
        ))
    }

    fn link(&self, address: SocketAddr) -> Option<Linked> {
        if self.links.len() >= MAX_LINKS {
            self.inlet
                .skip(&format!("there are more than {MAX_LINKS} publishers of the topic"));
            return None;
        }
        let (tried, receiver) = watch::channel(false);
        let retired = CancellationToken::new();
        let link = Link {
            address,
            inlet: Arc::clone(&self.inlet),
            max_message: self.max_message,
            retired: retired.clone(),
            tried,
        };
        tokio::spawn(link.run(self.stop.clone()));
        Some(Linked {
            address,
            retired,
            tried: receiver,
        })
    }

    /// Resolves when each publisher that is known now has heard of the subscription, or could not be reached.
    pub(super) async fn settled(&self) {
        let links = self.links.values().filter_map(|following| following.link.as_ref());
        for mut tried in links.map(|linked| linked.tried.clone()).collect::<Vec<_>>() {
            // One that has ended has tried.
            let _ = tried.wait_for(|tried| *tried).await;
        }
    }

    /// Follows the records until it is stopped.
    pub(super) async fn run(mut self, mut entries: watch::Receiver<Entries>) {
        let stop = self.stop.clone();
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                changed = entries.changed() => if changed.is_err() { break },
            }
            let now = Arc::clone(&entries.borrow_and_update());
            self.look(&now);
        }
        // Links end with the same token, or with the discovery that would tell of their publishers.
        self.inlet.end(None);
    }
}

/// Where the publisher of a record is, or why it is nowhere.
fn address_of(key: &str, value: &[u8]) -> Result<SocketAddr, String> {
    let endpoint = match EventChannel::read(key, value)?.transport {
        ChannelTransport::Zmq { endpoint } => endpoint,
        ChannelTransport::Nats { .. } => {
            return Err("it publishes through NATS; set DYN_EVENT_PLANE to the same everywhere".to_owned());
        }
        ChannelTransport::ZmqBroker { .. } => return Err("it publishes through a broker".to_owned()),
    };
    let address = endpoint
        .strip_prefix("tcp://")
        .and_then(|address| address.parse::<SocketAddr>().ok())
        .ok_or_else(|| format!("{endpoint:?} is not tcp://IP:port"))?;
    if address.ip().is_unspecified() || address.port() == 0 {
        return Err(format!("{endpoint:?} is no address that can be reached"));
    }
    Ok(address)
}
