use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use super::{super::connection_id::connection_id, FileRoot, bucket_lock::BucketLock};
use crate::{
    Result,
    folder::{failed, prepare},
};

/// How long a write waits for the lock of the folder.
const WRITE_PATIENCE: Duration = Duration::from_secs(1);
/// The same of a deletion. It comes again, and keep-alives come after it.
const SWEEP_PATIENCE: Duration = Duration::from_millis(50);

/// Names of files that are being written.
pub(super) const TEMPORARY: &str = ".tmp_";

/// Followed by the name of the folder.
const SWEPT: &str = ".swept_";

/// The folder in which the records stand: writing, touching and deleting files. Every method blocks.
#[derive(Debug)]
pub(super) struct Bucket {
    root: FileRoot,
    dir: PathBuf,
}

impl Bucket {
    /// Makes the folder exist and proves that it can be written to.
    pub(super) fn open(root: FileRoot, name: &str) -> Result<Self> {
        let bucket = Self {
            dir: root.path().join(name),
            root,
        };
        bucket.prepare()?;
        let probe = bucket.temporary()?;
        File::create_new(&probe)
            .and_then(|_| fs::remove_file(&probe))
            .map_err(|error| failed("be written to", &bucket.dir, &error))?;
        Ok(bucket)
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Makes the folder exist again, when somebody has removed it.
    pub(super) fn prepare(&self) -> Result<()> {
        prepare(&self.root)?;
        fs::create_dir_all(&self.dir).map_err(|error| failed("be created", &self.dir, &error))
    }

    /// Puts the whole file there at once, so that nobody reads half of it.
    ///
    /// The original links a new record and renames over an old one; a rename does both here, because a name with our
    /// random id in it is nobody else's.
    pub(super) fn write(&self, name: &str, content: &[u8]) -> Result<()> {
        let temporary = self.temporary()?;
        let put = || {
            let _lock = BucketLock::acquire(&self.dir, WRITE_PATIENCE)?;
            let mut file = File::create_new(&temporary)?;
            file.write_all(content)?;
            fs::rename(&temporary, self.dir.join(name))
        };
        let written = put().or_else(|error| match error.kind() {
            io::ErrorKind::NotFound if self.prepare().is_ok() => put(),
            _ => Err(error),
        });
        written.map_err(|error| {
            // It may not exist; if it does, the next sweep would find it too.
            let _ = fs::remove_file(&temporary);
            failed("be written to", &self.dir, &error)
        })
    }

    /// Says that the owner of the file lives. `NotFound` when somebody has deleted it.
    pub(super) fn touch(&self, name: &str) -> io::Result<()> {
        touch(&self.dir.join(name))
    }

    /// A file that is not there is no error.
    pub(super) fn remove(&self, name: &str) -> io::Result<()> {
        match fs::remove_file(self.dir.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Deletes regular files that nobody has touched for longer than `ttl`: records of killed processes, and writes
    /// that were never finished.
    pub(super) fn sweep(&self, ttl: Duration) -> io::Result<()> {
        let mut expired = Vec::new();
        for entry in fs::read_dir(&self.dir)? {
            let path = entry?.path();
            if is_expired(&path, ttl) {
                expired.push(path);
            }
        }
        if expired.is_empty() {
            return Ok(());
        }
        let _lock = BucketLock::acquire(&self.dir, SWEEP_PATIENCE)?;
        for path in expired.iter().filter(|path| is_expired(path, ttl)) {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => tracing::debug!(file = %path.display(), "deleted an expired discovery record"),
            }
        }
        Ok(())
    }

    /// Whether the folder is to be swept now: nobody who shares it has done so for as long as `pause`. Who is told so has to
    /// do it; the others are told that it is done.
    ///
    /// If everybody looked at every file, the work of all together would grow with the square of their number. Where the
    /// mark cannot be written everybody does.
    pub(super) fn is_to_be_swept(&self, pause: Duration) -> bool {
        let mark = self.mark();
        let is_fresh = fs::symlink_metadata(&mark).is_ok_and(|file| {
            let swept = file.modified().ok();
            // One in the future, as after a correction of the clock, is not believed.
            swept.is_some_and(|at| SystemTime::now().duration_since(at).is_ok_and(|age| age < pause))
        });
        if !is_fresh && touch(&mark).is_err() {
            // Somebody else may have made it just now, or it cannot be made: to sweep once too often does no harm.
            let _ = File::create_new(&mark);
        }
        !is_fresh
    }

    /// Its time of modification says when the folder was last swept. It stands beside the folder, in which every file
    /// is a record.
    fn mark(&self) -> PathBuf {
        let mut name = OsString::from(SWEPT);
        name.push(self.dir.file_name().unwrap_or_default());
        self.dir.with_file_name(name)
    }

    fn temporary(&self) -> Result<PathBuf> {
        Ok(self.dir.join(format!("{TEMPORARY}{:016x}", connection_id()?)))
    }
}

/// Not through an open file: closing that would wake everybody who watches the folder.
#[cfg(unix)]
fn touch(path: &Path) -> io::Result<()> {
    use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, UTIME_NOW, UTIME_OMIT, utimensat};

    let special = |nanoseconds| Timespec {
        tv_sec: 0,
        tv_nsec: nanoseconds,
    };
    let times = Timestamps {
        last_access: special(UTIME_OMIT),
        last_modification: special(UTIME_NOW),
    };
    Ok(utimensat(CWD, path, &times, AtFlags::SYMLINK_NOFOLLOW)?)
}

#[cfg(windows)]
fn touch(path: &Path) -> io::Result<()> {
    File::options().write(true).open(path)?.set_modified(SystemTime::now())
}

fn is_expired(path: &Path, ttl: Duration) -> bool {
    fs::symlink_metadata(path).is_ok_and(|file| {
        let modified = file.modified().unwrap_or_else(|_| SystemTime::now());
        // A time in the future, as after a correction of the clock, counts as fresh.
        file.is_file() && SystemTime::now().duration_since(modified).is_ok_and(|age| age > ttl)
    })
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    const PAUSE: Duration = Duration::from_secs(3600);

    #[test]
    fn of_all_who_share_a_folder_one_sweeps_it() -> Result<(), Box<dyn std::error::Error>> {
        let folder = TempDir::new()?;
        let open = || Bucket::open(FileRoot::Shared(folder.path().to_owned()), "v1/instances");
        let (one, other) = (open()?, open()?);
        assert!(one.is_to_be_swept(PAUSE), "nobody ever has");
        assert!(!one.is_to_be_swept(PAUSE) && !other.is_to_be_swept(PAUSE), "it is done");
        assert_eq!(fs::read_dir(one.dir())?.count(), 0, "the mark is no record");

        let at = |time: SystemTime| File::options().write(true).open(one.mark())?.set_modified(time);
        at(SystemTime::now() - PAUSE * 2)?;
        assert!(other.is_to_be_swept(PAUSE), "long ago");
        assert!(!one.is_to_be_swept(PAUSE), "the other one does it");
        at(SystemTime::now() + PAUSE)?;
        assert!(one.is_to_be_swept(PAUSE), "the future says nothing");
        assert!(!other.is_to_be_swept(PAUSE), "and is put right");

        // Where no mark can be made, everybody sweeps.
        fs::remove_dir_all(folder.path())?;
        assert!(one.is_to_be_swept(PAUSE) && other.is_to_be_swept(PAUSE));
        Ok(())
    }
}
