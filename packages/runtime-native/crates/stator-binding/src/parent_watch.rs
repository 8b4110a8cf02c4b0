use std::{
    fs::File,
    io::{ErrorKind, Read},
    os::fd::{FromRawFd, OwnedFd},
    thread,
    time::Duration,
};

use napi::{Error, Result};
use napi_derive::napi;
use rustix::process::{Signal, getpgrp, getpid, kill_process, kill_process_group};
use stator_bindings::binding;

/// Ends this process when the other end of the inherited pipe `fd` is closed, that is when the parent is gone: first by
/// SIGTERM, so that it drains, and `graceMs` later at once, with its process group if it leads one. A thread of its own watches, so a blocked event loop does
/// not matter. The descriptor belongs to the watch from then on.
#[binding(raw)]
#[napi(catch_unwind)]
pub fn watch_parent(fd: i32, grace_ms: u32) -> Result<()> {
    if fd < 3 {
        return Err(Error::from_reason(format!(
            "watchParent: {fd} is not the descriptor of an inherited pipe"
        )));
    }
    // SAFETY: the caller hands the descriptor over; a number that is not open makes the read below fail at once.
    let mut pipe = File::from(unsafe { OwnedFd::from_raw_fd(fd) });
    thread::Builder::new()
        .name("stator-parent".to_owned())
        .spawn(move || {
            let mut byte = [0];
            // Nobody writes: a read returns when the last writer is gone, or the descriptor is not a pipe.
            while match pipe.read(&mut byte) {
                Ok(count) => count > 0,
                Err(error) => error.kind() == ErrorKind::Interrupted,
            } {}
            signal(Signal::TERM);
            thread::sleep(Duration::from_millis(u64::from(grace_ms)));
            // What this process has started goes with it, if it leads a group of its own. It fails only if the group
            // is gone.
            if getpgrp() == getpid() {
                let _ = kill_process_group(getpid(), Signal::KILL);
            }
            // Not `exit`: that would wait for whatever has hung.
            signal(Signal::KILL);
        })
        .map_err(|error| Error::from_reason(format!("watchParent: no thread: {error}")))?;
    Ok(())
}

/// A signal to oneself: the handlers that drain on SIGTERM run as for any other.
fn signal(signal: Signal) {
    // It fails only if the process is gone.
    let _ = kill_process(getpid(), signal);
}
