//! Test bodies in which nobody may panic, not even where it would only end a connection.

use std::{
    future::Future,
    sync::{
        Once,
        atomic::{AtomicU64, Ordering},
    },
};

use stator_runtime::Result;

use super::run_on;

/// Other tests of the program panic on purpose, in threads of other names.
const THREADS: &str = "without-panics";

static PANICS: AtomicU64 = AtomicU64::new(0);
static HOOK: Once = Once::new();

pub fn without_panics(body: impl Future<Output = Result<()>>) -> Result<()> {
    HOOK.call_once(|| {
        let shown = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if std::thread::current().name() == Some(THREADS) {
                PANICS.fetch_add(1, Ordering::AcqRel);
            }
            shown(info);
        }));
    });
    run_on(THREADS, body)?;
    assert_eq!(PANICS.load(Ordering::Acquire), 0);
    Ok(())
}
