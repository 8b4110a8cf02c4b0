use std::{
    fs::{File, TryLockError},
    io,
    path::Path,
    thread,
    time::{Duration, Instant},
};

const RETRY: Duration = Duration::from_millis(2);

/// The advisory lock (`flock`) under which the original writes too. Released when dropped.
#[derive(Debug)]
pub(super) struct BucketLock {
    _dir: File,
}

impl BucketLock {
    /// Blocks this thread until the lock is free, for up to `patience`; others hold it for as long as it takes to write
    /// one small file.
    ///
    /// Goes on without it after that, so that a process which was suspended while it held the lock stops nobody: what is
    /// done under it is a rename, atomic without one, or the removal of a record whose owner would write it again. Some
    /// network file systems have no locks at all.
    pub(super) fn acquire(dir: &Path, patience: Duration) -> io::Result<Self> {
        let file = File::open(dir)?;
        let give_up = Instant::now() + patience;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _dir: file }),
                Err(TryLockError::WouldBlock) if Instant::now() < give_up => thread::sleep(RETRY),
                Err(TryLockError::WouldBlock) => {
                    tracing::debug!(folder = %dir.display(), ?patience, "another process holds the lock; going on without it");
                    return Ok(Self { _dir: file });
                }
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                    return Ok(Self { _dir: file });
                }
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }
}
