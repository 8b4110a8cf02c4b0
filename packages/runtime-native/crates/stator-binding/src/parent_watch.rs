#[cfg(unix)]
use std::{
    fs::File,
    os::fd::{FromRawFd, OwnedFd},
    time::Duration,
};

use napi::{Error, Result};
use napi_derive::napi;
use stator_bindings::binding;

/// Ends this process when the other end of the inherited pipe `fd` is closed, that is when the parent is gone: first by
/// SIGTERM, so that it drains, and `graceMs` later at once, with its process group if it leads one. The descriptor
/// belongs to the watch from then on.
#[binding(raw)]
#[napi(catch_unwind)]
pub fn watch_parent(fd: i32, grace_ms: u32) -> Result<()> {
    if fd < 3 {
        return Err(Error::from_reason(format!(
            "watchParent: {fd} is not the descriptor of an inherited pipe"
        )));
    }
    watch(fd, grace_ms)
}

#[cfg(windows)]
fn watch(_: i32, _: u32) -> Result<()> {
    Err(Error::from_reason(
        "watchParent: the end of a parent is noticed on Unix alone",
    ))
}

#[cfg(unix)]
fn watch(fd: i32, grace_ms: u32) -> Result<()> {
    // SAFETY: the caller hands the descriptor over; a number that is not open makes the watch's first read fail.
    let pipe = File::from(unsafe { OwnedFd::from_raw_fd(fd) });
    stator_runtime::parent_watch::watch_parent(pipe, Duration::from_millis(u64::from(grace_ms)))
        .map_err(|error| Error::from_reason(format!("watchParent: no thread: {error}")))
}
