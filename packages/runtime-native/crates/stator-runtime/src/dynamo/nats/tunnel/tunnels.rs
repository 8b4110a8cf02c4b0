use std::{
    net::SocketAddr,
    sync::{Arc, OnceLock, Weak},
    time::{Duration, Instant},
};

use async_nats::{Message, StatusCode, Subject, Subscriber};
use futures::StreamExt;
use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use tokio::sync::{OnceCell, mpsc};

use crate::{
    Error, ErrorCode, Result,
    dynamo::{
        faults::{Fault, Faults},
        nats::{Bus, subject},
    },
    transport::{self, Link},
};

use super::{
    flow::{FIRST, Flow},
    parcel::Parcel,
    pump::{Heard, Pump},
};

/// Messages that wait for one end; of more than these some are sent again.
const MAX_WAITING: usize = 4096;

/// What all ends of a process let the others send at once, in bytes, as far as each can go on with less: a NATS server
/// drops a connection for which more than 64 MiB wait.
const BUDGET: u64 = 32 * 1024 * 1024;

/// A listener that was not reached is not tried for so long, and so many are remembered.
const AVOID: Duration = Duration::from_secs(60);
const MAX_UNREACHABLE: usize = 1024;

/// What each subject of ours begins with: nothing is sent anywhere else because a request says so.
const INBOX: &str = "_INBOX.";

/// Who is expected to come through a tunnel.
pub trait Door: Send + Sync {
    /// The other end of the link that is used with whoever knows that token. Nobody else gets one for it.
    fn open(self: Arc<Self>, token: &str) -> Option<Link>;
}

/// The tunnels of a process.
pub struct Tunnels {
    bus: Arc<Bus>,
    /// Messages for the end with a token come at `{inbox}.{token}`.
    inbox: String,
    faults: Faults,
    keep_alive: Duration,
    window: u64,
    live: Mutex<FxHashMap<String, Live>>,
    /// Listeners of callers that were not reached, and when.
    unreachable: Mutex<FxHashMap<SocketAddr, Instant>>,
    door: OnceLock<Weak<dyn Door>>,
    listening: OnceCell<()>,
}

struct Live {
    heard: mpsc::Sender<Heard>,
    theirs: Subject,
}

impl Tunnels {
    /// `window`: how many bytes of the other side wait in each end at the most.
    pub fn new(bus: Arc<Bus>, faults: Faults, keep_alive: Duration, window: usize) -> Arc<Self> {
        Arc::new(Self {
            inbox: bus.client().new_inbox(),
            bus,
            faults,
            keep_alive,
            window: window as u64,
            live: Mutex::default(),
            unreachable: Mutex::default(),
            door: OnceLock::new(),
            listening: OnceCell::new(),
        })
    }

    /// Lets those in whom `door` knows. The first one counts.
    pub fn let_in(&self, door: Weak<dyn Door>) {
        let _ = self.door.set(door);
    }

    /// Where somebody with that token reaches us.
    pub fn subject(&self, token: &str) -> String {
        format!("{}.{token}", self.inbox)
    }

    /// Makes sure that messages arrive.
    pub async fn listen(self: &Arc<Self>) -> Result<()> {
        let listen = async {
            let messages = self.bus.subscribe(self.subject("*"), None).await?;
            tokio::spawn(Arc::clone(self).dispatch(messages));
            Ok(())
        };
        self.listening.get_or_try_init(|| listen).await.copied()
    }

    /// Opens a tunnel to who listens there. Nothing is sent before something is written into it.
    ///
    /// Fails with `protocol` for a subject that is none of ours.
    pub async fn dial(self: &Arc<Self>, theirs: &str) -> Result<Link> {
        if !theirs.starts_with(INBOX) || subject::subjects(theirs).is_err() {
            let shown: String = theirs.chars().take(64).collect();
            return Err(Error::new(
                ErrorCode::Protocol,
                format!("{shown:?} is no subject for an answer"),
            ));
        }
        self.listen().await?;
        let token = format!("{:032x}", fastrand::u128(..));
        let (ours, link) = transport::pair();
        self.start(token, theirs.into(), Link::Memory(link), None);
        Ok(Link::Memory(ours))
    }

    /// Whether a listener was tried lately, and not reached.
    pub fn is_unreachable(&self, address: SocketAddr) -> bool {
        let tried = self.unreachable.lock().get(&address).copied();
        tried.is_some_and(|at| at.elapsed() < AVOID)
    }

    /// It was tried just now.
    pub fn set_unreachable(&self, address: SocketAddr) {
        let mut unreachable = self.unreachable.lock();
        if unreachable.len() >= MAX_UNREACHABLE {
            unreachable.retain(|_, at| at.elapsed() < AVOID);
        }
        if unreachable.len() < MAX_UNREACHABLE {
            unreachable.insert(address, Instant::now());
        }
    }

    fn start(self: &Arc<Self>, token: String, theirs: Subject, link: Link, first: Option<Heard>) {
        let (sender, heard) = mpsc::channel(MAX_WAITING);
        if let Some(first) = first {
            // There is room for one.
            let _ = sender.try_send(first);
        }
        let window = {
            let mut live = self.live.lock();
            let entry = Live {
                heard: sender,
                theirs: theirs.clone(),
            };
            live.insert(token.clone(), entry);
            (BUDGET / live.len() as u64).clamp(FIRST, self.window.max(FIRST))
        };
        let pump = Pump {
            bus: Arc::clone(&self.bus),
            link,
            ours: self.subject(&token).into(),
            theirs,
            keep_alive: self.keep_alive,
            flow: Flow::new(window),
        };
        let tunnels = Arc::clone(self);
        tokio::spawn(async move {
            let _entry = Entry(&tunnels, &token);
            let peer = pump.theirs.clone();
            if let Err(why) = pump.run(heard).await {
                tracing::debug!(%peer, why, "an answer over NATS broke off");
            }
        });
    }

    async fn dispatch(self: Arc<Self>, mut messages: Subscriber) {
        while let Some(message) = messages.next().await {
            self.take(message).await;
            // A flood must not keep its thread from everything else.
            tokio::task::coop::consume_budget().await;
        }
        // The connection is closed for good: each pump ends when nobody can send it anything.
        self.live.lock().clear();
    }

    async fn take(self: &Arc<Self>, message: Message) {
        let Some(token) = message.subject.rsplit('.').next() else {
            return;
        };
        if message.status == Some(StatusCode::NO_RESPONDERS) {
            if let Some(live) = self.live.lock().get(token) {
                // One that is full hears of it the next time.
                let _ = live.heard.try_send(Heard::Nobody);
            }
            return;
        }
        let Some(reply) = message.reply else {
            let what = "a message of an answer that does not say whose";
            return self.faults.note(Fault::Handshake, &message.subject, &what);
        };
        {
            let live = self.live.lock();
            if let Some(live) = live.get(token).filter(|live| live.theirs == reply) {
                // What there is no room for is sent again.
                let _ = live.heard.try_send(Heard::Message(message.payload));
                return;
            }
        }
        let Some(parcel) = Parcel::read(&message.payload) else {
            let what = "what is no message of an answer";
            return self.faults.note(Fault::Handshake, &reply, &what);
        };
        if parcel.broken {
            return;
        }
        let is_taken = self.live.lock().contains_key(token);
        let door = self.door.get().and_then(Weak::upgrade).filter(|_| !is_taken);
        if let Some(link) = door.and_then(|door| door.open(token)) {
            let (token, first) = (token.to_owned(), Heard::Message(message.payload));
            return self.start(token, reply, link, Some(first));
        }
        self.faults.note(
            Fault::UnknownSubject,
            &reply,
            &"an answer over NATS that nobody waits for",
        );
        let (ours, give_up) = (message.subject.clone(), Parcel::give_up());
        // It finds out by itself otherwise.
        let _ = self.bus.client().publish_with_reply(reply, ours, give_up.into()).await;
    }
}

/// The place of a tunnel, until this is dropped.
struct Entry<'a>(&'a Tunnels, &'a str);

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        let _live = self.0.live.lock().remove(self.1);
    }
}
