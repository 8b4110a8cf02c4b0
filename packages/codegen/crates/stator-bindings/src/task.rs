use std::{panic::AssertUnwindSafe, sync::Arc};

use futures::FutureExt;

use crate::{
    crossed::{Crossed, Outcome},
    environment::{Environment, Running},
    failure::Failure,
    inbox::Event,
    pool,
    work::Work,
};

/// What a function that runs on the addon's threads may ask for.
#[derive(Clone)]
pub struct Context {
    pub(crate) work: Arc<Work>,
}

/// Starts a function on the addon's threads; returns its number. Its outcome arrives as an event.
pub fn start_task<F>(make: impl FnOnce(Context) -> F) -> Outcome
where
    F: Future<Output = Outcome> + Send + 'static,
{
    let permit = pool::admit()?;
    let pool = pool::pool()?;
    let work = register(None)?;
    let future = make(Context {
        work: Arc::clone(&work),
    });
    let id = work.id;
    pool.spawn_ok(async move {
        let outcome = if work.cancellation.is_cancelled() {
            // Also what the function would have owned is dropped here.
            quietly(async move { drop(future) })
                .await
                .and_then(|()| Err(Failure::cancelled()))
        } else {
            quietly(future).await.and_then(|outcome| outcome)
        };
        drop(permit);
        work.inbox.push(Event::Settled { task: id, outcome });
    });
    Ok(Crossed::Number(id as f64))
}

/// A number and a place in the table of the current JavaScript thread.
pub(crate) fn register(stream: Option<Arc<crate::stream::StreamState>>) -> Result<Arc<Work>, Failure> {
    Environment::with(|environment| {
        let work = Work::new(environment.number(), environment.inbox()?);
        environment.started(Running {
            work: Arc::clone(&work),
            stream,
        });
        Ok(work)
    })
}

/// Runs a future, panics and all.
pub(crate) async fn quietly<F: Future>(future: F) -> Result<F::Output, Failure> {
    AssertUnwindSafe(future).catch_unwind().await.map_err(Failure::panicked)
}
