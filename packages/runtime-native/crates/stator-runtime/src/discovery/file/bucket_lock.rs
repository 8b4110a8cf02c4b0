use std::{
    fs::{File, TryLockError},
    io,
    path::Path,
    thread,
    time::{Duration, Instant},
};

/// Another writer holds the lock for as long as it takes to write one small file.
const PATIENCE: Duration = Duration::from_secs(5);
const RETRY: Duration = Duration::from_millis(2);

/// The advisory lock (`flock`) under which the original writes too. Released when dropped.
#[derive(Debug)]
pub(super) struct BucketLock {
    _dir: File,
}

impl BucketLock {
    /// Blocks this thread for up to five seconds.
    pub(super) fn acquire(dir: &Path) -> io::Result<Self> {
        let file = File::open(dir)?;
        let give_up = Instant::now() + PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _dir: file }),
                Err(TryLockError::WouldBlock) if Instant::now() < give_up => thread::sleep(RETRY),
                Err(TryLockError::WouldBlock) => {
                    return Err(io::Error::new(
                        io::ErrorKind::TimedOut,
                        "another process has held its lock for 5 seconds",
                    ));
                }
                // Some network file systems have no locks. The rename that ends a write is atomic without one.
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                    return Ok(Self { _dir: file });
                }
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }
}
