use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use stator_bindings::{Callback, Cancellation, binding};

static STARTED: AtomicU32 = AtomicU32::new(0);
static STOPPED: AtomicU32 = AtomicU32::new(0);

/// Work for the processor: so many square roots.
#[binding]
pub fn sum_of_roots(count: u32) -> f64 {
    (0..count).map(|number| f64::from(number).sqrt()).sum()
}

/// The same work on another thread.
#[binding(blocking)]
pub fn sum_of_roots_later(count: u32) -> f64 {
    sum_of_roots(count)
}

/// A number for the thread that this runs on.
#[binding]
pub fn thread_number() -> u64 {
    let mut hasher = DefaultHasher::new();
    thread::current().id().hash(&mut hasher);
    hasher.finish()
}

/// The same of a thread of the addon.
#[binding(blocking)]
pub fn thread_number_later() -> u64 {
    thread_number()
}

/// Works on another thread and calls JavaScript after each step.
#[binding(blocking)]
pub fn report_each_step(steps: u32, on_step: Callback<u32>) -> Result<u32, String> {
    for step in 1..=steps {
        on_step.send(step)?;
    }
    Ok(steps)
}

/// Works until the caller gives up. Counts that it has begun and that it has seen the end.
#[binding(blocking)]
pub fn finish_or_stop(cancellation: Cancellation) -> u32 {
    STARTED.fetch_add(1, Ordering::SeqCst);
    while !cancellation.is_cancelled() {
        thread::yield_now();
    }
    STOPPED.fetch_add(1, Ordering::SeqCst)
}

/// How many calls of `finish_or_stop` have begun.
#[binding]
pub fn started() -> u32 {
    STARTED.load(Ordering::SeqCst)
}

/// How many calls of `finish_or_stop` have stopped.
#[binding]
pub fn stopped() -> u32 {
    STOPPED.load(Ordering::SeqCst)
}
