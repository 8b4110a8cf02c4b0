use std::{
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use async_nats::{HeaderMap, HeaderValue, Message, StatusCode, Subject, client::PublishErrorKind};
use futures::StreamExt;
use parking_lot::Mutex;
use smallvec::SmallVec;
use tokio::{
    sync::{Notify, broadcast::error::RecvError},
    time::sleep,
};

use crate::{
    Error, ErrorCode, Result,
    connection::{End, StreamObserver},
    dynamo::{
        AnswersBy,
        faults::Fault,
        nats::{Bus, Refusal, Tunnels},
        value::Codec,
        wire::{
            ack,
            headers::{PATH, Sent},
        },
    },
};

use super::{
    CallHome, Exchange, OpenRequest,
    call_home::shut_down,
    nats_requests::{Pending, Refused, Requests},
    outgoing::{Outgoing, Unqueued},
};

/// After NATS was away, workers may be back later than we are: so long nobody is taken for gone.
const RETURNING: Duration = Duration::from_secs(5);

/// A worker that got a request before NATS went away has called home within this time after it is back, if it is there.
const WENT_DOWN: Duration = Duration::from_secs(1);

/// Before a request is sent once more to a worker that may be about to return.
const PAUSE: Duration = Duration::from_millis(100);

/// How an instance is reached over NATS.
#[derive(Debug)]
pub struct NatsPlace {
    /// Where it may listen, the likelier first.
    pub subjects: SmallVec<[Subject; 2]>,
    /// For messages: `nats:` and the first of them.
    pub peer: Arc<str>,
    /// What its record says that it takes.
    pub codec: Codec,
    /// Whether its record says that it can answer over NATS.
    pub answers: bool,
    /// Whether the worker is one of ours.
    pub is_stator: bool,
}

/// Sends requests over NATS, to any worker. Each is acknowledged on a subject of its own.
pub struct NatsEgress {
    home: Arc<CallHome>,
    bus: Arc<Bus>,
    /// The ack of request `n` comes at `{inbox}.{n}`.
    inbox: String,
    state: Mutex<Requests>,
    wake: Notify,
}

impl NatsEgress {
    /// Makes sure that workers can call home, and that acks arrive.
    pub async fn start(home: &Arc<CallHome>, bus: &Arc<Bus>) -> Result<Arc<Self>> {
        let tunnels = home.shared.tunnels.as_ref();
        let tunnels = tunnels.filter(|_| home.shared.limits.answers_by != AnswersBy::CallHome);
        if let Some(tunnels) = tunnels {
            let door: Weak<CallHome> = Arc::downgrade(home);
            tunnels.let_in(door);
            tunnels.listen().await?;
        }
        home.listen().await?;
        let inbox = bus.client().new_inbox();
        let acks = bus.subscribe(format!("{inbox}.*"), None).await?;
        let egress = Arc::new(Self {
            home: Arc::clone(home),
            bus: Arc::clone(bus),
            inbox,
            state: Mutex::default(),
            wake: Notify::new(),
        });
        for task in [Task::Send, Task::KeepTime, Task::HearRefusals] {
            let egress = Arc::clone(&egress);
            home.tokio().spawn(async move {
                tokio::select! {
                    () = egress.home.closed.cancelled() => {}
                    () = egress.run(task) => {}
                }
            });
        }
        home.tokio().spawn(Arc::clone(&egress).take_acks(acks));
        Ok(egress)
    }

    /// Queues a request. Its path is only for what the runtime of the instance answers itself: the subject says the rest.
    /// An error means that the worker has seen nothing of it.
    pub fn open(
        &self,
        place: &Arc<NatsPlace>,
        request: &OpenRequest<'_>,
        observer: Arc<dyn StreamObserver>,
    ) -> Result<Arc<Exchange>> {
        let outgoing = Outgoing::new(&self.home, &place.peer, request, observer, self.tunnels(place))?;
        if let Err(error) = self.queue(place, request.path, &outgoing) {
            outgoing.forget(&self.home);
            return Err(error);
        }
        self.wake.notify_one();
        Ok(outgoing.start(&self.home))
    }

    fn queue(&self, place: &Arc<NatsPlace>, path: &str, outgoing: &Outgoing<'_>) -> Result<()> {
        let token = outgoing.token(|| {
            let security = &self.home.shared.security;
            security.token_over(self.bus.is_private(), self.bus.location())
        })?;
        let mut sent = outgoing.headers(token.as_ref());
        if !path.is_empty() {
            sent.push((PATH, path.into()));
        }
        let (headers, length) = headers_of(&sent)?;
        let mut payload = Vec::new();
        outgoing.put(&mut payload).map_err(|Unqueued(error)| error)?;
        let length = length + payload.len();
        self.check_size(length, &place.peer)?;
        let pending = Pending {
            exchange: Arc::clone(&outgoing.exchange),
            place: Arc::clone(place),
            subject: 0,
            headers,
            payload: payload.into(),
            length,
            since: Instant::now(),
            sent: None,
        };
        let mut state = self.state.lock();
        state.push(pending).map_err(|refused| match refused {
            Refused::Over(error) => error,
            Refused::Full { requests, bytes } => Error::new(
                ErrorCode::Overloaded,
                format!(
                    "{requests} requests with {bytes} bytes wait for NATS at {}, or for their acks",
                    self.bus.location()
                ),
            ),
        })
    }

    /// How the answer may come besides the worker's call.
    fn tunnels(&self, place: &NatsPlace) -> Option<&Tunnels> {
        let shared = &self.home.shared;
        let wanted = place.answers && shared.limits.answers_by != AnswersBy::CallHome;
        shared.tunnels.as_deref().filter(|_| wanted)
    }

    fn check_size(&self, length: usize, peer: &str) -> Result<()> {
        let ours = self.home.shared.limits.max_message;
        let limit = self.bus.max_payload();
        if length <= ours.min(limit) {
            return Ok(());
        }
        let (limit, remedy) = if limit < ours {
            let remedy = "raise max_payload of the NATS server, send it in parts, or use requestPlane \"tcp\" \
                          (DYN_REQUEST_PLANE=tcp)";
            (format!("{limit}, as the NATS server says"), remedy)
        } else {
            (
                ours.to_string(),
                "raise maxMessageBytes on both sides, or send it in parts",
            )
        };
        Err(Error::new(
            ErrorCode::PayloadTooLarge,
            format!("a request of {length} bytes to {peer}, headers included; the limit is {limit}: {remedy}"),
        ))
    }

    async fn run(&self, task: Task) {
        match task {
            Task::Send => self.send_all().await,
            Task::KeepTime => self.keep_time().await,
            Task::HearRefusals => self.hear_refusals().await,
        }
    }

    /// Sends what waits, in order, while there is a connection.
    async fn send_all(&self) {
        let mut connected = self.bus.connected();
        loop {
            // The sender lives as long as the bus.
            let _ = connected.wait_for(|connected| *connected).await;
            let next = self.state.lock().next();
            let Some((number, subject, headers, payload)) = next else {
                self.wake.notified().await;
                continue;
            };
            let reply = format!("{}.{number}", self.inbox);
            let sent = self
                .bus
                .client()
                .publish_with_reply_and_headers(subject, reply, headers, payload);
            let Err(error) = sent.await else { continue };
            let Some(Pending {
                exchange,
                place,
                length,
                ..
            }) = self.take(number)
            else {
                continue;
            };
            // The limit of the server may be another one since it was away.
            let error = match (error.kind(), self.check_size(length, &place.peer)) {
                (PublishErrorKind::MaxPayloadExceeded, Err(error)) => {
                    exchange.end(End::Failed { error, refused: false });
                    self.home.shared.batch_end();
                    continue;
                }
                _ => unreachable(&place.peer, &error.to_string()),
            };
            exchange.end(End::Lost { error, sent: false });
            self.home.shared.batch_end();
        }
    }

    fn take(&self, number: u64) -> Option<Pending> {
        self.state.lock().remove(number)
    }

    /// Ends the calls whose workers do not acknowledge, unless they have called home.
    async fn keep_time(&self) {
        let limit = self.home.shared.limits.nats_ack_timeout;
        let rhythm = (limit / 4).clamp(Duration::from_millis(10), Duration::from_millis(250));
        let mut looked_at = None;
        loop {
            sleep(rhythm).await;
            let back_since = self.bus.reconnected().filter(|at| at.elapsed() >= WENT_DOWN);
            let (late, down) = {
                let mut state = self.state.lock();
                let late = state.late(limit);
                let down = match back_since.filter(|at| looked_at.replace(*at) != Some(*at)) {
                    Some(at) => state.sent_before(at, |place| !self.waits_for_nats(place)),
                    None => Vec::new(),
                };
                (late, down)
            };
            let any = !late.is_empty() || !down.is_empty();
            for pending in late {
                self.is_late(&pending, limit);
            }
            for Pending { exchange, .. } in down.into_iter().filter(Pending::is_wanted) {
                exchange.lost(true, "NATS went away with the request, or with its ack");
            }
            if any {
                self.home.shared.batch_end();
            }
        }
    }

    /// Whether a worker may be at work that cannot call home before it is back at NATS.
    fn waits_for_nats(&self, place: &NatsPlace) -> bool {
        place.answers && self.home.shared.limits.answers_by == AnswersBy::Nats
    }

    fn is_late(&self, pending: &Pending, limit: Duration) {
        let Pending { exchange, sent, .. } = pending;
        let limit = limit.as_millis();
        if !pending.is_wanted() {
            return;
        }
        if sent.is_none() {
            let at = self.bus.location();
            let why = format!("NATS at {at} was not reached within {limit} ms (natsRequestTimeoutMs)");
            let error = unreachable(&exchange.peer, &why);
            return exchange.end(End::Lost { error, sent: false });
        }
        let why = format!("it did not acknowledge a call within {limit} ms (natsRequestTimeoutMs)");
        self.home.shared.faults.note(Fault::NoAck, &exchange.peer, &why);
        exchange.lost(true, &why);
    }

    async fn take_acks(self: Arc<Self>, mut acks: async_nats::Subscriber) {
        loop {
            let message = tokio::select! {
                () = self.home.closed.cancelled() => None,
                message = acks.next() => message,
            };
            let Some(message) = message else { break };
            self.ack(&message);
        }
        let pending = self.state.lock().close(shut_down());
        for Pending { exchange, sent, .. } in pending.into_iter().filter(Pending::is_wanted) {
            let (error, sent) = (shut_down(), sent.is_some());
            exchange.end(End::Lost { error, sent });
        }
        self.home.shared.batch_end();
    }

    fn ack(self: &Arc<Self>, message: &Message) {
        let number = message
            .subject
            .rsplit('.')
            .next()
            .and_then(|number| number.parse::<u64>().ok());
        let Some(number) = number.filter(|number| self.state.lock().pending.contains_key(number)) else {
            let what = "an ack for no request that waits for one: late, or somebody else's";
            return self.home.shared.faults.note(Fault::Ack, &message.subject, &what);
        };
        if message.status == Some(StatusCode::NO_RESPONDERS) {
            return self.nobody(number);
        }
        let Some(Pending { exchange, .. }) = self.take(number) else {
            return;
        };
        if !message.payload.is_empty() {
            let error = ack::refusal(&message.payload, &exchange.peer);
            exchange.end(End::Failed { error, refused: true });
            self.home.shared.batch_end();
        }
    }

    /// Nobody listens on the subject of a request: the worker may listen on another one, return, or be gone.
    fn nobody(self: &Arc<Self>, number: u64) {
        let gone = {
            let mut guard = self.state.lock();
            let state = &mut *guard;
            let Some(pending) = state.pending.get_mut(&number) else {
                return;
            };
            pending.sent = None;
            pending.subject += 1;
            if pending.subject < pending.place.subjects.len() {
                state.queue.push_front(number);
                self.wake.notify_one();
                return;
            }
            pending.subject = 0;
            let returning = self.bus.reconnected().is_some_and(|at| at.elapsed() < RETURNING);
            let late = pending.since.elapsed() + PAUSE >= self.home.shared.limits.nats_ack_timeout;
            if returning && !late { None } else { state.remove(number) }
        };
        if let Some(Pending { exchange, .. }) = gone {
            let error = unreachable(&exchange.peer, "nobody listens there");
            exchange.end(End::Lost { error, sent: false });
            return self.home.shared.batch_end();
        }
        let egress = Arc::downgrade(self);
        self.home.tokio().spawn(async move {
            sleep(PAUSE).await;
            if let Some(egress) = egress.upgrade() {
                egress.state.lock().queue.push_back(number);
                egress.wake.notify_one();
            }
        });
    }

    async fn hear_refusals(&self) {
        let mut refusals = self.bus.refusals();
        loop {
            match refusals.recv().await {
                Ok(refusal) => self.refused(&refusal),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            }
        }
    }

    /// The server does not let us send to that subject.
    fn refused(&self, refusal: &Refusal) {
        if refusal.subscribing {
            return;
        }
        let refused: Vec<_> = {
            let mut state = self.state.lock();
            let is_it = |pending: &Pending| {
                let subject = pending.place.subjects.get(pending.subject);
                subject.is_some_and(|subject| subject.eq_ignore_ascii_case(&refusal.subject))
            };
            let pending = state.pending.iter().filter(|(_, pending)| is_it(pending));
            let numbers: Vec<u64> = pending.map(|(number, _)| *number).collect();
            numbers.into_iter().filter_map(|number| state.remove(number)).collect()
        };
        for Pending { exchange, .. } in refused {
            let error = Error::new(
                ErrorCode::PermissionDenied,
                format!(
                    "the NATS server does not allow this user to send to {}",
                    refusal.subject
                ),
            );
            exchange.end(End::Failed { error, refused: false });
        }
        self.home.shared.batch_end();
    }
}

#[derive(Clone, Copy)]
enum Task {
    Send,
    KeepTime,
    HearRefusals,
}

/// The headers of a request, and how many bytes they take.
fn headers_of(sent: &Sent<'_>) -> Result<(HeaderMap, usize)> {
    const FRAME: usize = "NATS/1.0\r\n\r\n".len();
    const LINE: usize = ": \r\n".len();
    let mut headers = HeaderMap::new();
    let mut length = FRAME;
    for (name, value) in sent {
        match value.parse::<HeaderValue>() {
            Ok(parsed) => {
                length += name.len() + value.len() + LINE;
                headers.insert(*name, parsed);
            }
            // The id is in the control message too; here it is for logs.
            Err(_) if *name == "request-id" => {}
            Err(_) => {
                return Err(Error::new(
                    ErrorCode::InvalidArgument,
                    format!("metadata: {name} has a line break, which a header of NATS cannot have"),
                ));
            }
        }
    }
    Ok((headers, length))
}

fn unreachable(peer: &str, why: &str) -> Error {
    Error::new(
        ErrorCode::Unavailable,
        format!("cannot reach the worker at {peer}: {why}"),
    )
}
