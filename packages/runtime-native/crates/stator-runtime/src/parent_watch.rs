//! Ends a child process when its parent is gone.

use std::{
    fs::File,
    io::{self, ErrorKind, Read},
    thread,
    time::Duration,
};

use rustix::process::{Signal, getpgrp, getpid, kill_process, kill_process_group};

/// Ends this process when the other end of the inherited `pipe` is closed, that is when the parent is gone: first by
/// SIGTERM, so that it drains, and `grace` later at once, with its process group if it leads one. A thread of its own
/// watches, so it works whatever else is blocked.
///
/// # Errors
/// When the thread cannot be started.
pub fn watch_parent(mut pipe: File, grace: Duration) -> io::Result<()> {
    thread::Builder::new().name("stator-parent".to_owned()).spawn(move || {
        let mut byte = [0];
        // Nobody writes: a read returns when the last writer is gone, or the descriptor is not a pipe.
        while match pipe.read(&mut byte) {
            Ok(count) => count > 0,
            Err(error) => error.kind() == ErrorKind::Interrupted,
        } {}
        signal(Signal::TERM);
        thread::sleep(grace);
        // What this process has started goes with it, if it leads a group of its own. It fails only if the group
        // is gone.
        if getpgrp() == getpid() {
            let _ = kill_process_group(getpid(), Signal::KILL);
        }
        // Not `exit`: that would wait for whatever has hung.
        signal(Signal::KILL);
    })?;
    Ok(())
}

/// A signal to oneself: the handlers that drain on SIGTERM run as for any other.
fn signal(signal: Signal) {
    // It fails only if the process is gone.
    let _ = kill_process(getpid(), signal);
}
