use std::{
    env,
    fs::File,
    io,
    os::fd::{FromRawFd, OwnedFd},
};

use rustix::io::{FdFlags, fcntl_getfd, fcntl_setfd};

/// The descriptor that a variable names, if it is set. What this program starts does not get it.
///
/// Call it once for each variable, before anything else opens files.
///
/// # Errors
/// When the variable names no open descriptor.
pub(super) fn inherited(variable: &str) -> io::Result<Option<File>> {
    let Some(text) = env::var(variable).ok().filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let wrong = |why: &str| {
        io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("{variable} is {text:?}, which is {why}"),
        )
    };
    let number = text.parse().ok().filter(|number| *number >= 3);
    let number: i32 = number.ok_or_else(|| wrong("not the number of an inherited descriptor"))?;
    // SAFETY: whoever set the variable has opened the descriptor for this use; nothing else here knows it. A number that
    // is not open is found out below, and closing it fails without effect.
    let descriptor = unsafe { OwnedFd::from_raw_fd(number) };
    match fcntl_getfd(&descriptor).and_then(|flags| fcntl_setfd(&descriptor, flags | FdFlags::CLOEXEC)) {
        Ok(()) => Ok(Some(File::from(descriptor))),
        Err(_) => {
            // Dropping it would close a number that is not ours.
            std::mem::forget(descriptor);
            Err(wrong("not open"))
        }
    }
}
