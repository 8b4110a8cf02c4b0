use std::sync::{
    Condvar, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU32, Ordering},
};

use stator_bindings::{Cancellation, binding};

static STARTED: AtomicU32 = AtomicU32::new(0);
static GATE: Mutex<Gate> = Mutex::new(Gate { held: 0, round: 0 });
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

/// Holds a thread of the addon until [`release_threads`] is called.
#[binding(blocking)]
pub fn hold_a_thread() {
    let mut gate = gate();
    gate.held += 1;
    let round = gate.round;
    while gate.round == round {
        gate = CHANGED.wait(gate).unwrap_or_else(PoisonError::into_inner);
    }
    gate.held -= 1;
}

/// How many threads are held.
#[binding]
pub fn held_threads() -> u32 {
    gate().held
}

#[binding]
pub fn release_threads() {
    gate().round += 1;
    CHANGED.notify_all();
}

struct Gate {
    held: u32,
    round: u32,
}

fn gate() -> MutexGuard<'static, Gate> {
    GATE.lock().unwrap_or_else(PoisonError::into_inner)
}
