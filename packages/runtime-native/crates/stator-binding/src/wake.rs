use std::sync::atomic::{AtomicBool, Ordering};

use napi::{
    Status,
    bindgen_prelude::Function,
    threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode},
};
use tokio::sync::Notify;

use crate::wake_flag::WakeFlag;

/// Weak: it never keeps the process alive. One slot: a second wake-up while one is under way has nothing to add.
type WakeFunction = ThreadsafeFunction<(), (), (), Status, false, true, 1>;

/// Calls JavaScript back once for everything that has arrived until it looks.
pub struct Wake {
    function: WakeFunction,
    flag: WakeFlag,
    /// Somebody waits for an answer.
    probed: AtomicBool,
    probe: Notify,
}

impl Wake {
    pub fn new(function: &Function<'_, (), ()>) -> napi::Result<Self> {
        let function = function
            .build_threadsafe_function::<()>()
            .weak::<true>()
            .max_queue_size::<1>()
            .callee_handled::<false>()
            .build()?;
        Ok(Self {
            function,
            flag: WakeFlag::new(),
            probed: AtomicBool::new(false),
            probe: Notify::new(),
        })
    }

    /// Something is there to be taken. Never blocks.
    pub fn ring(&self) {
        if self.flag.raise() {
            self.function.call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }

    /// JavaScript is going to look by itself: until [`Wake::answered`] nobody needs to ring.
    pub fn attended(&self) {
        self.flag.attended();
    }

    /// JavaScript is about to look: what comes after this needs a new wake-up.
    pub fn answered(&self) {
        self.flag.answered();
        if self.probed.load(Ordering::Relaxed) && self.probed.swap(false, Ordering::AcqRel) {
            self.probe.notify_one();
        }
    }

    /// Rings though there is nothing to be taken; resolves when JavaScript looks.
    pub async fn probe(&self) {
        self.probed.store(true, Ordering::Release);
        self.ring();
        self.probe.notified().await;
    }
}
