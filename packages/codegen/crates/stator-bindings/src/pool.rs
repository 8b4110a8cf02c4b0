use std::{
    num::NonZeroUsize,
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use futures::executor::ThreadPool;

use crate::failure::{Failure, FailureCode};

/// How much of an addon's work may be under way.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Threads that run blocking functions, async functions and streams. Default: as many as there are processors, at
    /// least two.
    pub threads: Option<usize>,
    /// Calls and streams that are running or waiting. More are refused as `overloaded`. Default 1024.
    pub in_flight: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            threads: None,
            in_flight: 1024,
        }
    }
}

static LIMITS: OnceLock<Limits> = OnceLock::new();
static POOL: OnceLock<Result<ThreadPool, String>> = OnceLock::new();
static IN_FLIGHT: AtomicUsize = AtomicUsize::new(0);

/// One place in the pool; dropping it makes room.
#[derive(Debug)]
pub(crate) struct Permit(());

/// Set once, by the first environment that loads the addon.
pub(crate) fn configure(limits: Limits) {
    let _ = LIMITS.set(limits);
}

fn limits() -> Limits {
    LIMITS.get().copied().unwrap_or_default()
}

pub(crate) fn admit() -> Result<Permit, Failure> {
    let most = limits().in_flight;
    let admitted = IN_FLIGHT.fetch_update(Ordering::AcqRel, Ordering::Acquire, |count| {
        (count < most).then_some(count + 1)
    });
    match admitted {
        Ok(_) => Ok(Permit(())),
        Err(_) => Err(Failure::new(
            FailureCode::Overloaded,
            format!("{most} calls of this addon are under way, which is the most that it takes; try again later"),
        )),
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        IN_FLIGHT.fetch_sub(1, Ordering::AcqRel);
    }
}

/// The threads are started with the first work and live as long as the process.
pub(crate) fn pool() -> Result<&'static ThreadPool, Failure> {
    let pool = POOL.get_or_init(|| {
        let processors = || std::thread::available_parallelism().map_or(2, NonZeroUsize::get).max(2);
        ThreadPool::builder()
            .pool_size(limits().threads.unwrap_or_else(processors).max(1))
            .name_prefix("stator-addon-")
            .create()
            .map_err(|error| error.to_string())
    });
    pool.as_ref().map_err(|error| {
        Failure::new(
            FailureCode::Internal,
            format!("the addon's threads did not start: {error}"),
        )
    })
}
