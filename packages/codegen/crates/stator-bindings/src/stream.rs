use std::{
    future::poll_fn,
    mem,
    pin::pin,
    sync::Arc,
    task::{Poll, Waker},
};

use futures::{
    Stream, StreamExt,
    future::{Either, select},
};
use parking_lot::Mutex;

use crate::{
    crossed::{Crossed, Outcome},
    failure::Failure,
    inbox::Event,
    pool,
    task::{Context, quietly, register},
};

/// A batch is closed at this size, however few items it has.
const BATCH_BYTES: usize = 256 * 1024;

/// One item as it crosses.
pub enum Item {
    /// JSON, joined with others into one list.
    Json(String),
    Bytes(Vec<u8>),
}

/// What a stream has ready for JavaScript.
#[derive(Default)]
pub(crate) struct StreamState {
    buffer: Mutex<Buffer>,
}

#[derive(Default)]
struct Buffer {
    json: String,
    list: Vec<Crossed>,
    count: usize,
    bytes: usize,
    end: Option<Result<(), Failure>>,
    /// JavaScript found nothing and wants to be told.
    awaited: bool,
    /// The writer waits for room.
    writer: Option<Waker>,
}

/// Starts a stream on the addon's threads; returns its number. `most` items wait for JavaScript before the writer does.
pub fn start_stream<F, S>(most: usize, make: impl FnOnce(Context) -> F) -> Outcome
where
    F: Future<Output = Result<S, Failure>> + Send + 'static,
    S: Stream<Item = Result<Item, Failure>> + Send + 'static,
{
    let permit = pool::admit()?;
    let pool = pool::pool()?;
    let state = Arc::new(StreamState::default());
    let work = register(Some(Arc::clone(&state)))?;
    let id = work.id;
    let opening = make(Context {
        work: Arc::clone(&work),
    });
    pool.spawn_ok(async move {
        let announce = || work.inbox.push(Event::Ready { stream: id });
        let cancellation = &work.cancellation;
        let run = async {
            if cancellation.is_cancelled() {
                return Err(Failure::cancelled());
            }
            let mut items = pin!(opening.await?);
            let mut gone = pin!(cancellation.cancelled());
            loop {
                let next = match select(items.next(), gone.as_mut()).await {
                    Either::Left((next, _)) => next,
                    Either::Right(..) => return Err(Failure::cancelled()),
                };
                match next {
                    Some(item) => state.push(item?, announce),
                    None => return Ok(()),
                }
                if let Either::Right(..) = select(pin!(state.room(most)), gone.as_mut()).await {
                    return Err(Failure::cancelled());
                }
                // An iterator never lets the other side of `select` be looked at.
                if cancellation.is_cancelled() {
                    return Err(Failure::cancelled());
                }
            }
        };
        // Everything that the stream owned is gone before its end is told.
        let end = quietly(run).await.and_then(|end| end);
        drop(permit);
        state.finish(end, announce);
        work.inbox.push(Event::Dropped { stream: id });
    });
    Ok(Crossed::Number(id as f64))
}

impl StreamState {
    /// A batch, `Undefined` when there is nothing yet (an event tells when there is), `Null` at the end.
    pub(crate) fn take(&self) -> Outcome {
        let mut buffer = self.buffer.lock();
        if buffer.count > 0 {
            buffer.count = 0;
            buffer.bytes = 0;
            let batch = if buffer.list.is_empty() {
                let mut json = mem::take(&mut buffer.json);
                json.push(']');
                Crossed::Text(json)
            } else {
                Crossed::List(mem::take(&mut buffer.list))
            };
            let writer = buffer.writer.take();
            drop(buffer);
            if let Some(writer) = writer {
                writer.wake();
            }
            return Ok(batch);
        }
        match &buffer.end {
            Some(Ok(())) => Ok(Crossed::Null),
            Some(Err(failure)) => Err(failure.clone()),
            None => {
                buffer.awaited = true;
                Ok(Crossed::Undefined)
            }
        }
    }

    fn push(&self, item: Item, announce: impl FnOnce()) {
        let mut buffer = self.buffer.lock();
        match item {
            Item::Json(json) => {
                let separator = if buffer.count == 0 { '[' } else { ',' };
                buffer.json.push(separator);
                buffer.json.push_str(&json);
                buffer.bytes += json.len();
            }
            Item::Bytes(bytes) => {
                buffer.bytes += bytes.len();
                buffer.list.push(Crossed::Bytes(bytes));
            }
        }
        buffer.count += 1;
        let awaited = mem::take(&mut buffer.awaited);
        drop(buffer);
        if awaited {
            announce();
        }
    }

    fn finish(&self, end: Result<(), Failure>, announce: impl FnOnce()) {
        let mut buffer = self.buffer.lock();
        buffer.end = Some(end);
        let awaited = mem::take(&mut buffer.awaited);
        drop(buffer);
        if awaited {
            announce();
        }
    }

    async fn room(&self, most: usize) {
        poll_fn(|context| {
            let mut buffer = self.buffer.lock();
            if buffer.count < most && buffer.bytes < BATCH_BYTES {
                return Poll::Ready(());
            }
            buffer.writer = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}
