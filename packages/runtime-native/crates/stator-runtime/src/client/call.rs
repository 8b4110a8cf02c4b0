use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use parking_lot::Mutex;

use crate::{
    Error, ErrorCode, Result,
    connection::{Connection, End, OpenCall, SendStatus, StreamObserver},
    payload::{Lane, Payload},
    wire::{frame::Cancel, open::Metadata},
};

use super::{Inner, Router, Worker};

/// How often a call is tried at the most, each time on another instance.
const MAX_ATTEMPTS: u32 = 8;

/// Others are preferred to an instance that could not be reached, for this long.
const AVOID_UNREACHABLE: Duration = Duration::from_secs(5);

/// The same for an instance that said it is full, or leaving.
const AVOID_BUSY: Duration = Duration::from_secs(1);

/// Messages of a request stream that may wait before the call is open.
const MAX_EARLY: usize = 1024;

/// Hears what comes back. Called from any thread; `tag` is what the call was started with.
pub trait ResponseSink: Send + Sync + 'static {
    /// One item. `cost` is to be given back by [`Call::consumed`] when it has been read.
    fn message(&self, tag: u64, instance: u64, lane: Lane, data: &[u8], cost: u32);

    /// The call is over; nothing that matters comes after it.
    fn end(&self, tag: u64, instance: u64, result: Result<()>);

    /// More of the request stream may be sent.
    fn writable(&self, _tag: u64) {}
}

/// What one call asks for.
#[derive(Debug, Clone, Default)]
pub struct CallOptions {
    /// Shown in logs of every hop; a fresh one if absent.
    pub id: Option<String>,
    /// Absolute, so that retries do not prolong it.
    pub deadline: Option<Instant>,
    pub metadata: Metadata,
}

/// One call, from its start to its end, over all attempts.
pub struct Call {
    client: Arc<Inner>,
    sink: Arc<dyn ResponseSink>,
    tag: u64,
    router: Router,
    options: CallOptions,
    id: OnceLock<String>,
    request_stream: bool,
    since: Instant,
    /// Number of the current attempt: what an earlier one still says is dropped.
    attempt: AtomicU32,
    received: AtomicBool,
    done: AtomicBool,
    instance: AtomicU64,
    state: Mutex<CallState>,
}

#[derive(Default)]
struct CallState {
    open: Option<(Connection, u32)>,
    worker: Option<Arc<Worker>>,
    /// Kept until an item has come, for another attempt.
    request: Option<Payload>,
    /// Sent before the call was open.
    early: Vec<(Payload, bool)>,
    early_end: bool,
    streamed: bool,
    tried: Vec<u64>,
    last_error: Option<Error>,
}

impl Call {
    pub(super) fn start(
        client: Arc<Inner>,
        sink: Arc<dyn ResponseSink>,
        tag: u64,
        request: Option<Payload>,
        router: Router,
        options: CallOptions,
    ) -> Arc<Self> {
        let call = Arc::new(Self {
            client,
            sink,
            tag,
            router,
            options,
            id: OnceLock::new(),
            request_stream: request.is_none(),
            since: Instant::now(),
            attempt: AtomicU32::new(0),
            received: AtomicBool::new(false),
            done: AtomicBool::new(false),
            instance: AtomicU64::new(0),
            state: Mutex::new(CallState {
                request,
                ..CallState::default()
            }),
        });
        call.dispatch();
        call
    }

    /// The id that the worker sees.
    pub fn id(&self) -> &str {
        self.options
            .id
            .as_deref()
            .unwrap_or_else(|| self.id.get_or_init(fresh_id))
    }

    /// The instance of the current attempt; `None` before one was chosen.
    pub fn instance_id(&self) -> Option<u64> {
        Some(self.instance.load(Ordering::Relaxed)).filter(|id| *id != 0)
    }

    pub fn is_done(&self) -> bool {
        self.done.load(Ordering::Acquire)
    }

    /// The connection of the current attempt, to flush after a batch.
    pub fn connection(&self) -> Option<Connection> {
        self.state
            .lock()
            .open
            .as_ref()
            .map(|(connection, _)| connection.clone())
    }

    /// Sends one message of a request stream; `end` ends the request with it.
    pub fn send(&self, payload: Payload, end: bool) -> Result<SendStatus> {
        let open = {
            let mut state = self.state.lock();
            if self.is_done() {
                return Ok(SendStatus::Gone);
            }
            if state.open.is_none() {
                if state.early.len() >= MAX_EARLY {
                    return Err(Error::new(
                        ErrorCode::Overloaded,
                        "too many messages before the call was open",
                    ));
                }
                state.early.push((payload, end));
                return Ok(SendStatus::Queued);
            }
            state.streamed = true;
            state.open.clone()
        };
        match open {
            Some((connection, stream)) => connection.send(stream, payload.lane, &payload.data, end),
            None => Ok(SendStatus::Gone),
        }
    }

    /// Ends a request stream.
    pub fn finish(&self) {
        let open = {
            let mut state = self.state.lock();
            state.early_end = true;
            state.open.clone()
        };
        if let Some((connection, stream)) = open {
            connection.finish(stream);
        }
    }

    /// Items of this cost have been read.
    pub fn consumed(&self, cost: u64) {
        let open = self.state.lock().open.clone();
        if let Some((connection, stream)) = open {
            connection.consumed(stream, cost);
        }
    }

    /// Ends the call from the caller's side. After a kill its sink hears nothing more.
    pub fn cancel(&self, cancel: Cancel) {
        if cancel == Cancel::Kill && self.done.swap(true, Ordering::AcqRel) {
            return;
        }
        let (open, worker) = {
            let mut state = self.state.lock();
            if cancel == Cancel::Kill {
                state.request = None;
                (state.open.take(), state.worker.take())
            } else {
                (state.open.clone(), None)
            }
        };
        if let Some((connection, stream)) = open {
            connection.cancel(stream, cancel);
            connection.flush();
        }
        if let Some(worker) = worker {
            worker.end();
        }
    }

    /// Tries an instance that was not tried yet.
    fn dispatch(self: &Arc<Self>) {
        if self.client.closed.is_cancelled() {
            return self.end_with(Err(Error::new(
                ErrorCode::ShuttingDown,
                format!("the client of {} was closed", self.client.path),
            )));
        }
        let worker = {
            let state = self.state.lock();
            self.client.workers.pick(self.router, &state.tried)
        };
        let Some(worker) = worker else { return self.nobody() };
        self.attempt.fetch_add(1, Ordering::AcqRel);
        self.instance.store(worker.id(), Ordering::Relaxed);
        worker.begin();
        {
            let mut state = self.state.lock();
            state.tried.push(worker.id());
            state.worker = Some(Arc::clone(&worker));
        }
        match worker.peer().connection(self) {
            Ok(Some(connection)) => self.connected(&connection),
            Ok(None) => self.watch_deadline(),
            Err(error) => self.not_connected(error),
        }
    }

    /// No instance is left: wait for one if that is wanted, else end.
    fn nobody(self: &Arc<Self>) {
        let tried = self.state.lock().last_error.clone();
        if let Some(error) = tried {
            return self.end_with(Err(error));
        }
        if let Router::Direct(id) = self.router {
            let mut error = self.client.no_instances(self.since.elapsed());
            error.message = format!("instance {id} is not there: {}", error.message);
            return self.end_with(Err(error));
        }
        let wait = self.client.options.wait.saturating_sub(self.since.elapsed());
        if wait.is_zero() {
            return self.end_with(Err(self.client.no_instances(self.since.elapsed())));
        }
        let call = Arc::clone(self);
        self.client.dialer.tokio().spawn(async move {
            let mut changes = call.client.workers.changes();
            let until = Instant::now() + wait;
            let until = call.options.deadline.map_or(until, |deadline| deadline.min(until));
            while call.client.workers.snapshot().is_empty() {
                if call.is_done() {
                    return;
                }
                if tokio::time::timeout_at(until.into(), changes.changed()).await.is_err() {
                    let late = call.options.deadline.is_some_and(|deadline| Instant::now() >= deadline);
                    let error = call.client.no_instances(call.since.elapsed());
                    let error = if late {
                        Error {
                            code: ErrorCode::DeadlineExceeded,
                            ..error
                        }
                    } else {
                        error
                    };
                    call.end_with(Err(error));
                    return (call.client.dialer.hooks().batch_end)();
                }
            }
            call.dispatch();
            if let Some(connection) = call.connection() {
                connection.flush();
            }
        });
    }

    /// While no stream keeps the call's deadline, this does.
    fn watch_deadline(self: &Arc<Self>) {
        let Some(deadline) = self.options.deadline else { return };
        let call = Arc::downgrade(self);
        let attempt = self.attempt.load(Ordering::Acquire);
        self.client.dialer.tokio().spawn(async move {
            tokio::time::sleep_until(deadline.into()).await;
            let Some(call) = call.upgrade() else { return };
            let waiting = call.state.lock().open.is_none();
            if waiting && call.attempt.load(Ordering::Acquire) == attempt {
                call.end_with(Err(call.late()));
                (call.client.dialer.hooks().batch_end)();
            }
        });
    }

    /// Opens the current attempt's stream.
    pub(super) fn connected(self: &Arc<Self>, connection: &Connection) {
        if self.is_done() {
            return self.release();
        }
        let request = self.state.lock().request.clone();
        let observer: Arc<dyn StreamObserver> = match self.attempt.load(Ordering::Acquire) {
            1 => Arc::clone(self) as Arc<dyn StreamObserver>,
            number => Arc::new(LaterAttempt {
                call: Arc::clone(self),
                number,
            }),
        };
        let open = OpenCall {
            path: &self.client.path,
            id: self.id(),
            request_stream: self.request_stream,
            deadline: self.options.deadline,
            metadata: &self.options.metadata,
        };
        let stream = match connection.open(&open, observer) {
            Ok(stream) => stream,
            Err(error) if error.code == ErrorCode::PayloadTooLarge => return self.end_with(Err(error)),
            Err(error) => return self.not_connected(error),
        };
        if let Err(error) = self.send_request(connection, stream, request) {
            connection.cancel(stream, Cancel::Kill);
            return self.end_with(Err(error));
        }
        if self.request_stream {
            self.sink.writable(self.tag);
        }
        if self.is_done() {
            // Cancelled meanwhile, when there was no stream to cancel yet.
            self.state.lock().open = None;
            connection.cancel(stream, Cancel::Kill);
            self.release();
        }
    }

    /// Sends what there is of the request. The lock is held meanwhile, so that nothing overtakes what waited.
    fn send_request(&self, connection: &Connection, stream: u32, request: Option<Payload>) -> Result<()> {
        let mut state = self.state.lock();
        state.open = Some((connection.clone(), stream));
        if let Some(request) = request {
            return connection.send(stream, request.lane, &request.data, true).map(|_| ());
        }
        for (payload, end) in std::mem::take(&mut state.early) {
            state.streamed = true;
            connection.send(stream, payload.lane, &payload.data, end)?;
        }
        if state.early_end {
            connection.finish(stream);
        }
        Ok(())
    }

    /// The current attempt's worker could not be reached.
    pub(super) fn not_connected(self: &Arc<Self>, error: Error) {
        self.retry_or_end(error, AVOID_UNREACHABLE);
    }

    /// Nobody took the call: it may be tried elsewhere without risk.
    fn retry_or_end(self: &Arc<Self>, error: Error, avoid: Duration) {
        let streamed = {
            let mut state = self.state.lock();
            state.open = None;
            state.last_error = Some(error.clone());
            if let Some(worker) = &state.worker {
                worker.avoid(avoid);
            }
            state.streamed
        };
        self.release();
        let last = streamed
            || matches!(self.router, Router::Direct(_))
            || self.attempt.load(Ordering::Acquire) >= MAX_ATTEMPTS
            || self.options.deadline.is_some_and(|deadline| Instant::now() >= deadline);
        if last {
            return self.end_with(Err(error));
        }
        if self.is_done() {
            return;
        }
        tracing::debug!(path = %self.client.path, id = %self.id(), %error, "trying another instance");
        self.dispatch();
        if let Some(connection) = self.connection() {
            connection.flush();
        }
    }

    fn heard(&self, lane: Lane, data: &[u8], cost: u32) {
        if self.is_done() {
            return;
        }
        if !self.received.swap(true, Ordering::AcqRel) {
            self.state.lock().request = None;
        }
        self.sink
            .message(self.tag, self.instance.load(Ordering::Relaxed), lane, data, cost);
    }

    fn over(self: &Arc<Self>, end: End) {
        match end {
            End::Finished => self.end_with(Ok(())),
            End::DeadlineExceeded => self.end_with(Err(self.late())),
            End::Failed { error, refused: true } if !self.received.load(Ordering::Acquire) => {
                self.retry_or_end(error, AVOID_BUSY);
            }
            End::Failed { error, .. } => self.end_with(Err(error)),
            End::Lost { error, sent: false } => self.retry_or_end(error, AVOID_UNREACHABLE),
            End::Lost { error, sent: true } => {
                let received = self.received.load(Ordering::Acquire);
                let idempotent = self.client.options.idempotent || self.declared_idempotent();
                if idempotent && !received {
                    return self.retry_or_end(error, AVOID_UNREACHABLE);
                }
                let why = if received {
                    "after the first item, so it is not tried again"
                } else {
                    "and the endpoint is not declared idempotent, so it is not tried again"
                };
                let message = format!(
                    "{}: the worker was lost with the call in its hands, {why}: {}",
                    self.client.path, error.message
                );
                self.end_with(Err(Error::new(ErrorCode::UnknownOutcome, message)));
            }
        }
    }

    fn declared_idempotent(&self) -> bool {
        let state = self.state.lock();
        let record = state
            .worker
            .as_ref()
            .and_then(|worker| worker.instance().stator.as_ref());
        record.is_some_and(|stator| stator.idempotent)
    }

    fn late(&self) -> Error {
        Error::new(
            ErrorCode::DeadlineExceeded,
            format!(
                "{}: no end within {} ms",
                self.client.path,
                self.since.elapsed().as_millis()
            ),
        )
    }

    fn end_with(&self, result: Result<()>) {
        if self.done.swap(true, Ordering::AcqRel) {
            return;
        }
        {
            let mut state = self.state.lock();
            state.open = None;
            state.request = None;
        }
        self.release();
        let instance = self.instance.load(Ordering::Relaxed);
        let result = result.map_err(|error| {
            if instance == 0 {
                error
            } else {
                error.from_instance(instance)
            }
        });
        self.sink.end(self.tag, instance, result);
    }

    fn release(&self) {
        let worker = self.state.lock().worker.take();
        if let Some(worker) = worker {
            worker.end();
        }
    }
}

/// The first attempt's stream talks to the call itself.
impl StreamObserver for Call {
    fn message(&self, lane: Lane, data: &[u8], cost: u32) {
        if self.attempt.load(Ordering::Acquire) == 1 {
            self.heard(lane, data, cost);
        }
    }

    fn end(self: Arc<Self>, end: End) {
        if self.attempt.load(Ordering::Acquire) == 1 {
            self.over(end);
        }
    }

    fn writable(&self) {
        self.sink.writable(self.tag);
    }
}

/// A later attempt's stream.
struct LaterAttempt {
    call: Arc<Call>,
    number: u32,
}

impl StreamObserver for LaterAttempt {
    fn message(&self, lane: Lane, data: &[u8], cost: u32) {
        if self.call.attempt.load(Ordering::Acquire) == self.number {
            self.call.heard(lane, data, cost);
        }
    }

    fn end(self: Arc<Self>, end: End) {
        if self.call.attempt.load(Ordering::Acquire) == self.number {
            self.call.over(end);
        }
    }

    fn writable(&self) {
        self.call.sink.writable(self.call.tag);
    }
}

/// 128 random bits, as 32 hexadecimal digits.
fn fresh_id() -> String {
    format!("{:032x}", fastrand::u128(..))
}
