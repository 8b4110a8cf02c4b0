use std::sync::{
    Condvar, Mutex,
    atomic::{AtomicU32, Ordering},
};

use stator_bindings::{Cancellation, binding};

static STARTED: AtomicU32 = AtomicU32::new(0);
static RELEASED: Mutex<u32> = Mutex::new(0);
static CHANGED: Condvar = Condvar::new();

#[binding(blocking)]
pub fn add_later(a: i32, b: i32) -> i32 {
    a + b
}

#[binding]
pub async fn add_async(a: u64, b: u64) -> u64 {
    // A future that is not ready at once.
    let mut polled = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut polled, true) {
            std::task::Poll::Ready(())
        } else {
            context.waker().wake_by_ref();
            std::task::Poll::Pending
        }
    })
    .await;
    a + b
}

/// Runs until the caller gives up; then counts itself.
#[binding]
pub async fn wait_until_cancelled(cancellation: Cancellation) -> u32 {
    STARTED.fetch_add(1, Ordering::SeqCst);
    cancellation.cancelled().await;
    STARTED.fetch_sub(1, Ordering::SeqCst)
}

/// How many calls of `wait_until_cancelled` are running.
#[binding]
pub fn started_tasks() -> u32 {
    STARTED.load(Ordering::SeqCst)
}

/// Work that looks now and then whether it is still wanted.
#[binding(blocking)]
pub fn large_sum(until: u64, cancellation: Cancellation) -> Result<u64, String> {
    let mut sum = 0u64;
    for number in 0..until {
        if number % 4096 == 0 {
            cancellation.check()?;
        }
        sum = sum.wrapping_add(number);
    }
    Ok(sum)
}

/// Holds a thread until it is called with `false`.
#[binding(blocking)]
pub fn hold_a_thread(hold: bool) -> u32 {
    let mut released = RELEASED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if hold {
        let before = *released;
        while *released == before {
            released = CHANGED
                .wait(released)
                .unwrap_or_else(std::sync::PoisonError::into_inner);
        }
    } else {
        *released += 1;
        CHANGED.notify_all();
    }
    *released
}
