use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use crate::{
    Error, ErrorCode, Result,
    connection::{NEVER, OpenCall, StreamObserver},
    wire::frame::Cancel,
};

use super::{Call, OpenStream, Router, Worker, attempt::LaterAttempt, call::CallState, choice::Pick, target::Way};

/// How often a call is tried at the most, each time on another instance.
const MAX_ATTEMPTS: u32 = 8;

/// Others are preferred to an instance that could not be reached, or was lost, for this long.
pub(super) const AVOID_UNREACHABLE: Duration = Duration::from_secs(5);

/// How a call finds the instance that takes it.
impl Call {
    /// Tries an instance that was not tried yet.
    pub(super) fn dispatch(self: &Arc<Self>) {
        if let Some(error) = self.client.over() {
            return self.give_up(error);
        }
        let picked = {
            let mut state = self.state.lock();
            if self.is_done() {
                return;
            }
            let picked = self.client.pick(self.router, &state.tried);
            if let Pick::Worker(worker) = &picked {
                worker.begin();
                state.tried.push(worker.id());
                state.worker = Some(Arc::clone(worker));
                self.instance.store(worker.id(), Ordering::Relaxed);
                self.attempt.fetch_add(1, Ordering::AcqRel);
            }
            picked
        };
        let worker = match picked {
            Pick::Worker(worker) => worker,
            Pick::Pending => return self.wait_until(NEVER, |pick| !matches!(pick, Pick::Pending)),
            Pick::Incompatible(worker) => return self.nobody(Some(&worker)),
            Pick::Nobody => return self.nobody(None),
        };
        match worker.target().way(self) {
            Ok(Some(way)) => self.connected(way),
            Ok(None) => self.watch_deadline(),
            Err(error) => self.not_connected(error),
        }
    }

    /// No instance is left, unless one that would not understand the call: wait for one if that is wanted, else end.
    fn nobody(self: &Arc<Self>, incompatible: Option<&Worker>) {
        let mismatch = incompatible.map(|worker| self.client.mismatch(worker));
        let tried = self.state.lock().last_error.clone();
        if let Some(mut error) = tried {
            if let Some(mismatch) = mismatch {
                error.message = format!("{}; all others are incompatible: {}", error.message, mismatch.message);
            }
            return self.give_up(error);
        }
        if let Router::Direct(id) = self.router {
            if let Some(mismatch) = mismatch {
                return self.give_up(mismatch);
            }
            let mut error = self.client.no_instances(self.since.elapsed());
            error.message = format!("instance {id} is not there: {}", error.message);
            return self.give_up(error);
        }
        let wait = self.client.options.wait.min(NEVER).saturating_sub(self.since.elapsed());
        if wait.is_zero() {
            return self.give_up(mismatch.unwrap_or_else(|| self.client.no_instances(self.since.elapsed())));
        }
        self.wait_until(wait, |pick| matches!(pick, Pick::Worker(_) | Pick::Pending));
    }

    /// Tries again when there is something else to pick, as `ready` says.
    fn wait_until(self: &Arc<Self>, wait: Duration, ready: fn(&Pick) -> bool) {
        let call = Arc::clone(self);
        self.client
            .dialer
            .tokio()
            .spawn(async move { call.wait(wait, ready).await });
    }

    async fn wait(self: Arc<Self>, wait: Duration, ready: fn(&Pick) -> bool) {
        let mut changes = self.client.workers.changes();
        let until = Instant::now() + wait;
        let until = self.options.deadline.map_or(until, |deadline| deadline.min(until));
        let somebody = async {
            // The sender lives as long as the client that this call holds.
            while !ready(&self.look()) && changes.changed().await.is_ok() {}
        };
        tokio::select! {
            () = somebody => self.dispatch(),
            // It says why nothing can come any more.
            () = self.client.closed.closed() => self.dispatch(),
            () = self.client.dialer.closed() => self.dispatch(),
            () = tokio::time::sleep_until(until.into()) => {
                let mut error = self.client.nobody(self.since.elapsed());
                if self.is_late() {
                    error.code = ErrorCode::DeadlineExceeded;
                }
                self.give_up(error);
            }
        }
        self.flush();
        (self.client.dialer.hooks().batch_end)();
    }

    /// Whom the call would go to now.
    fn look(&self) -> Pick {
        let tried = self.state.lock().tried.clone();
        self.client.workers.pick(self.router, &tried)
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
            if !waiting || call.attempt.load(Ordering::Acquire) != attempt {
                return;
            }
            // It may have been opened just now.
            if let Some(stream) = call.end_with(Err(call.late())) {
                stream.cancel(Cancel::Kill);
                stream.flush();
            }
            (call.client.dialer.hooks().batch_end)();
        });
    }

    /// Opens the current attempt's stream.
    pub(super) fn connected(self: &Arc<Self>, way: Way) {
        let opened = {
            let mut state = self.state.lock();
            if self.is_done() {
                return;
            }
            self.open_on(&mut state, way)
        };
        match opened {
            Ok(()) if self.request_stream => self.sink.writable(self.tag),
            Ok(()) => {}
            // It would be as large, and of the same form, anywhere else.
            Err(error) if matches!(error.code, ErrorCode::PayloadTooLarge | ErrorCode::InvalidArgument) => {
                self.end_with(Err(error));
            }
            Err(error) => self.not_connected(error),
        }
    }

    /// The call is locked meanwhile, so that nothing overtakes what waited, and what the peer answers finds it open.
    fn open_on(self: &Arc<Self>, state: &mut CallState, way: Way) -> Result<()> {
        let observer: Arc<dyn StreamObserver> = match self.attempt.load(Ordering::Acquire) {
            1 => Arc::clone(self) as Arc<dyn StreamObserver>,
            number => Arc::new(LaterAttempt {
                call: Arc::clone(self),
                number,
            }),
        };
        let call = OpenCall {
            path: &self.client.path,
            id: self.id(),
            request_stream: self.request_stream,
            deadline: self.options.deadline,
            metadata: &self.options.metadata,
            contract: self.client.options.contract,
            instance: self.instance_id(),
        };
        let request = state.request.as_ref();
        let stream = way.open(call, request, self.options.annotated, observer)?;
        if request.is_none()
            && let Err(error) = send_early(state, &stream)
        {
            stream.cancel(Cancel::Kill);
            return Err(error);
        }
        if state.stopped {
            stream.cancel(Cancel::Stop);
        }
        state.open = Some(stream);
        Ok(())
    }

    /// The current attempt's worker could not be reached.
    pub(super) fn not_connected(self: &Arc<Self>, error: Error) {
        self.retry_or_end(error, AVOID_UNREACHABLE);
    }

    /// The worker was lost and running the call again does no harm.
    pub(super) fn run_again(self: &Arc<Self>, error: Error) {
        self.state.lock().may_have_run = true;
        self.retry_or_end(error, AVOID_UNREACHABLE);
    }

    /// The call may be tried elsewhere without risk; its worker is avoided for a while.
    pub(super) fn retry_or_end(self: &Arc<Self>, error: Error, avoid: Duration) {
        let (worker, streamed) = {
            let mut state = self.state.lock();
            state.open = None;
            state.last_error = Some(error.clone());
            (state.worker.take(), state.streamed)
        };
        if let Some(worker) = worker {
            worker.avoid(avoid);
            worker.end();
        }
        let last = streamed
            || matches!(self.router, Router::Direct(_))
            || self.attempt.load(Ordering::Acquire) >= MAX_ATTEMPTS
            || self.is_late();
        if last {
            return self.give_up(error);
        }
        tracing::debug!(path = %self.client.path, id = %self.id(), %error, "trying another instance");
        self.dispatch();
        self.flush();
    }

    /// Ends the call because no attempt is left.
    fn give_up(&self, error: Error) {
        let may_have_run = self.state.lock().may_have_run;
        let error = if may_have_run && error.code.retryable() {
            self.unknown_outcome("and could not be run again", &error)
        } else {
            error
        };
        self.end_with(Err(error));
    }

    pub(super) fn unknown_outcome(&self, why: &str, cause: &Error) -> Error {
        Error::new(
            ErrorCode::UnknownOutcome,
            format!(
                "{}: the worker was lost with the call in its hands, {why}: {}",
                self.client.path, cause.message
            ),
        )
    }

    pub(super) fn late(&self) -> Error {
        Error::new(
            ErrorCode::DeadlineExceeded,
            format!(
                "{}: no end within {} ms",
                self.client.path,
                self.since.elapsed().as_millis()
            ),
        )
    }

    fn is_late(&self) -> bool {
        self.options.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }
}

/// Sends what there is of a request stream.
fn send_early(state: &mut CallState, stream: &OpenStream) -> Result<()> {
    for (payload, end) in state.take_early() {
        state.streamed = true;
        stream.send(&payload, end)?;
    }
    if state.early_end {
        stream.finish();
    }
    Ok(())
}
