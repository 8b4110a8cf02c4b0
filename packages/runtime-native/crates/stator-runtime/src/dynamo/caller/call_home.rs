use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use tokio::{runtime::Handle, sync::OnceCell};
use tokio_util::sync::CancellationToken;

use crate::{
    Error, ErrorCode, Result,
    connection::End,
    dynamo::{
        AnswersBy, Shared,
        faults::Fault,
        in_buffer::InBuffer,
        nats::{Door, Tunnels},
        wire::control::{ConnectionInfo, Home, StreamType},
    },
    transport::{self, Link},
};

use super::{Exchange, home_listener, home_task, subject::Subject};

/// For workers that come through NATS.
const NOWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

/// Where workers call home: one listener for all calls of a process, opened with the first of them.
pub struct CallHome {
    pub(super) shared: Shared,
    /// Address to listen on; port 0 lets the operating system choose.
    listen: (String, u16),
    tokio: Handle,
    address: OnceCell<SocketAddr>,
    /// The calls whose workers have not called home.
    waiting: Mutex<FxHashMap<(Subject, StreamType), Waiting>>,
    pub(super) closed: CancellationToken,
}

struct Waiting {
    exchange: Arc<Exchange>,
    since: Instant,
}

impl std::hash::Hash for StreamType {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (*self as u8).hash(state);
    }
}

impl CallHome {
    /// Call it inside a Tokio runtime; everything runs there.
    pub fn new(shared: Shared, host: String, port: u16) -> Arc<Self> {
        Arc::new(Self {
            shared,
            listen: (host, port),
            tokio: Handle::current(),
            address: OnceCell::new(),
            waiting: Mutex::default(),
            closed: CancellationToken::new(),
        })
    }

    /// Opens the listener unless it is open.
    pub async fn listen(self: &Arc<Self>) -> Result<SocketAddr> {
        let listen = async {
            let (host, port) = &self.listen;
            self.shared.security.check_listening()?;
            let (listener, address) = home_listener::bind(host, *port).await?;
            tokio::spawn(home_listener::accept(listener, Arc::clone(self)));
            tokio::spawn(Arc::clone(self).keep_time());
            Ok(address)
        };
        self.address.get_or_try_init(|| listen).await.copied()
    }

    /// Where workers reach us, once the listener is open.
    pub fn address(&self) -> Option<SocketAddr> {
        self.address.get().copied()
    }

    pub(super) fn tokio(&self) -> &Handle {
        &self.tokio
    }

    /// Expects a call home for one stream of a call; returns what the worker has to know for that. With `tunnels` it may
    /// come through NATS.
    pub(super) fn expect(
        &self,
        exchange: &Arc<Exchange>,
        call: &str,
        stream_type: StreamType,
        tunnels: Option<&Tunnels>,
    ) -> Result<(ConnectionInfo, Expected)> {
        let address = match tunnels {
            Some(_) if self.shared.limits.answers_by == AnswersBy::Nats => Some(NOWHERE),
            _ => self.address(),
        };
        let address = address.filter(|_| !self.closed.is_cancelled()).ok_or_else(shut_down)?;
        let subject = Subject::new()?;
        let waiting = Waiting {
            exchange: Arc::clone(exchange),
            since: Instant::now(),
        };
        self.waiting.lock().insert((subject, stream_type), waiting);
        let info = ConnectionInfo::new(&Home {
            address,
            subject: subject.to_string(),
            context: call.to_owned(),
            stream_type,
            nats: tunnels.map(|tunnels| tunnels.subject(&subject.to_string())),
        });
        Ok((info, Expected(subject, stream_type)))
    }

    /// The call that a worker calls home for. Nobody else gets it afterwards.
    pub(super) fn take(&self, subject: &str, stream_type: StreamType) -> Option<Arc<Exchange>> {
        let subject = Subject::parse(subject)?;
        let waiting = self.waiting.lock().remove(&(subject, stream_type))?;
        Some(waiting.exchange)
    }

    /// No call home is expected any more.
    pub(super) fn forget(&self, Expected(subject, stream_type): Expected) {
        let _waiting = self.waiting.lock().remove(&(subject, stream_type));
    }

    /// The calls of a connection whose workers have not called home, although they may have acknowledged.
    pub(super) fn of_connection(&self, peer: &Arc<str>) -> Vec<Arc<Exchange>> {
        let waiting = self.waiting.lock();
        let exchanges = waiting.values().map(|waiting| &waiting.exchange);
        exchanges
            .filter(|exchange| Arc::ptr_eq(&exchange.peer, peer))
            .cloned()
            .collect()
    }

    /// Calls whose workers have not called home.
    pub fn waiting(&self) -> usize {
        self.waiting.lock().len()
    }

    /// Takes no more calls home; calls that wait for one are told that the runtime shuts down.
    pub fn close(&self) {
        self.closed.cancel();
        // Not in the loop's head: observers must not be called under the lock.
        let waiting = std::mem::take(&mut *self.waiting.lock());
        for (_, Waiting { exchange, .. }) in waiting {
            let error = shut_down();
            exchange.end(End::Lost { error, sent: true });
        }
        self.shared.batch_end();
    }

    /// Ends the calls whose workers have acknowledged and then said nothing: the original would wait for ever.
    async fn keep_time(self: Arc<Self>) {
        let limit = self.shared.limits.home_timeout;
        let rhythm = (limit / 4).clamp(Duration::from_millis(10), Duration::from_secs(1));
        loop {
            tokio::select! {
                () = self.closed.cancelled() => return,
                () = tokio::time::sleep(rhythm) => {}
            }
            let now = Instant::now();
            let late: Vec<_> = {
                let mut waiting = self.waiting.lock();
                waiting
                    .extract_if(|_, waiting| now.saturating_duration_since(waiting.since) >= limit)
                    .map(|(_, waiting)| waiting.exchange)
                    .collect()
            };
            for exchange in &late {
                self.give_up(exchange);
            }
            if !late.is_empty() {
                self.shared.batch_end();
            }
        }
    }

    fn give_up(&self, exchange: &Exchange) {
        if exchange.is_over() {
            return;
        }
        let limit = self.shared.limits.home_timeout.as_millis();
        let mut why = format!("it took the call, but did not call back within {limit} ms (callHomeTimeoutMs)");
        if let Some(ours) = self.address().filter(|ours| ours.ip().is_loopback())
            && !exchange
                .peer
                .parse()
                .is_ok_and(|peer: SocketAddr| peer.ip().is_loopback())
        {
            why.push_str(&format!(
                "; it was told to call {ours}, which another machine cannot reach: set responseHost (DYN_TCP_RESPONSE_STREAM_HOST)"
            ));
        }
        self.shared.faults.note(Fault::NoCallHome, &exchange.peer, &why);
        exchange.lost(true, &why);
    }
}

/// Workers come through a tunnel with the subject of the call as its token.
impl Door for CallHome {
    fn open(self: Arc<Self>, token: &str) -> Option<Link> {
        let subject = Subject::parse(token)?;
        let is_expected = {
            let waiting = self.waiting.lock();
            [StreamType::Response, StreamType::Request]
                .iter()
                .any(|stream_type| waiting.contains_key(&(subject, *stream_type)))
        };
        if !is_expected {
            return None;
        }
        let (ours, theirs) = transport::pair();
        let home = Arc::clone(&self);
        self.tokio.spawn(async move {
            home_task::run(
                home,
                Link::Memory(ours),
                "a worker over NATS",
                InBuffer::default(),
                None,
            )
            .await
        });
        Some(Link::Memory(theirs))
    }
}

/// A call home that is waited for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected(Subject, StreamType);

pub(super) fn shut_down() -> Error {
    Error::new(ErrorCode::ShuttingDown, "this runtime has shut down")
}
