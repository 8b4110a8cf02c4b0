use std::sync::atomic::{AtomicU32, Ordering};

use futures::{Stream, stream};
use stator_bindings::binding;
use stator_contract::Bytes;

use crate::{failures::DivideError, messages::Mode};

static PRODUCED: AtomicU32 = AtomicU32::new(0);
static DROPPED: AtomicU32 = AtomicU32::new(0);

/// Counts the streams that are gone.
struct Watched;

impl Drop for Watched {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, Ordering::SeqCst);
    }
}

#[binding]
pub fn count_to(limit: u64) -> impl Iterator<Item = u64> {
    1..=limit
}

/// Never ends; waits when four items wait.
#[binding(buffer = 4)]
pub fn watched() -> impl Iterator<Item = u32> {
    let watched = Watched;
    (0u32..).inspect(move |_| {
        let _ = &watched;
        PRODUCED.fetch_add(1, Ordering::SeqCst);
    })
}

/// Has no item and no end.
#[binding]
pub fn wait_for_ever() -> impl Stream<Item = u32> {
    stream::pending()
}

/// How many items `watched` has made.
#[binding]
pub fn produced() -> u32 {
    PRODUCED.load(Ordering::SeqCst)
}

#[binding]
pub fn dropped_streams() -> u32 {
    DROPPED.load(Ordering::SeqCst)
}

#[binding]
pub fn count_bytes(limit: u8) -> impl Stream<Item = Bytes> {
    stream::iter((1..=limit).map(|number| Bytes(vec![number; usize::from(number)])))
}

#[binding]
pub fn count_messages(limit: u32) -> impl Iterator<Item = Option<Mode>> {
    (0..limit).map(|number| (number % 2 == 1).then_some(Mode::VeryCareful))
}

#[binding]
pub fn count_then_fail(limit: u32) -> impl Iterator<Item = Result<u32, DivideError>> {
    (0..limit).map(Ok).chain(std::iter::once(Err(DivideError::ByZero)))
}

#[binding]
pub fn count_then_panic(limit: u32) -> impl Iterator<Item = u32> {
    (0..).inspect(move |number| assert!(*number < limit, "no more than {limit}"))
}

#[binding]
pub fn refuse_to_open(reason: String) -> Result<impl Iterator<Item = u32>, String> {
    if reason.is_empty() { Ok(0..3) } else { Err(reason) }
}
