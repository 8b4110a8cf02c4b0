use std::sync::atomic::{AtomicU32, Ordering};

use stator_bindings::binding;

static PRODUCED: AtomicU32 = AtomicU32::new(0);

/// The numbers from 1 to the limit.
#[binding]
pub fn count_to(limit: u32) -> impl Iterator<Item = u32> {
    1..=limit
}

/// Numbers without end. Rust waits while eight of them wait for JavaScript.
#[binding(buffer = 8)]
pub fn endless() -> impl Iterator<Item = u32> {
    PRODUCED.store(0, Ordering::SeqCst);
    (1u32..).inspect(|_| {
        PRODUCED.fetch_add(1, Ordering::SeqCst);
    })
}

/// How many items the last `endless` has made.
#[binding]
pub fn produced() -> u32 {
    PRODUCED.load(Ordering::SeqCst)
}

/// One item for one synchronous crossing.
#[binding]
pub fn next_number(after: u32) -> u32 {
    after.wrapping_add(1)
}

/// One item for one promise.
#[binding]
pub async fn number_later(after: u32) -> u32 {
    after.wrapping_add(1)
}
