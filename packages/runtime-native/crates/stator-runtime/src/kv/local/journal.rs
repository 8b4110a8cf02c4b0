//! The changes of a store as files of a folder.
//!
//! ```text
//! id                          a random number, which tells this folder from one that was removed
//! log/{number in hex}         one change; linked there, which only one can do, and never changed again
//! snapshots/{number in hex}   the whole state after that change
//! tmp/                        files on their way to one of the two
//! ```
//!
//! A process that is suspended anywhere in this stops nobody. When there is a snapshot of number `n`, changes up to
//! `n - KEEP` may be deleted, and what stands under such a number means nothing, whoever put it there afterwards: who
//! links or reads a change looks for a newer snapshot after that, and forgets it if it is of that kind.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use super::{change::Change, snapshot, state::State};
use crate::{
    Error, ErrorCode, Result,
    folder::{FileRoot, failed, prepare},
};

/// Where the store stands below the root of the discovery folder.
pub const FOLDER: &str = "v1/stator_kv";

/// A snapshot is made every so many changes.
const SNAPSHOT_EVERY: u64 = 1024;
/// So many changes stay when there is a snapshot, for those who are a little behind.
const KEEP: u64 = 1024;
/// Changes that are read in one go.
const CHUNK: usize = 512;
/// Temporary files of processes that were killed are deleted after this time.
const LEFT_BEHIND: Duration = Duration::from_secs(600);
/// A change larger than this is none of ours.
const MAX_FILE: u64 = 4 << 20;

/// A snapshot that is to be written.
pub(super) struct DueSnapshot {
    revision: u64,
    content: Vec<u8>,
}

/// The folder. Every method blocks.
#[derive(Debug)]
pub(super) struct Journal {
    root: FileRoot,
    id: PathBuf,
    log: PathBuf,
    snapshots: PathBuf,
    temporary: PathBuf,
}

impl Journal {
    /// Makes the folder exist.
    pub(super) fn open(root: FileRoot) -> Result<Self> {
        let folder = root.path().join(FOLDER);
        let journal = Self {
            root,
            id: folder.join("id"),
            log: folder.join("log"),
            snapshots: folder.join("snapshots"),
            temporary: folder.join("tmp"),
        };
        journal.prepare()?;
        journal.sweep();
        Ok(journal)
    }

    pub(super) fn log(&self) -> &Path {
        &self.log
    }

    /// Makes the folder exist again, when somebody has removed it.
    pub(super) fn prepare(&self) -> Result<()> {
        prepare(&self.root)?;
        for folder in [&self.log, &self.snapshots, &self.temporary] {
            fs::create_dir_all(folder).map_err(|error| failed("be created", folder, &error))?;
        }
        if self.id.exists() {
            return Ok(());
        }
        let temporary = self.temporary.join(name(random()?));
        let linked = fs::write(&temporary, name(random()?)).and_then(|()| fs::hard_link(&temporary, &self.id));
        let _ = fs::remove_file(&temporary);
        match linked {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                Err(failed("be written to", &self.temporary, &error))
            }
            _ => Ok(()),
        }
    }

    /// Which folder it is.
    fn identify(&self) -> Result<Vec<u8>> {
        let read = read_bounded(&self.id).or_else(|error| match error.kind() {
            io::ErrorKind::NotFound if self.prepare().is_ok() => read_bounded(&self.id),
            _ => Err(error),
        });
        read.map_err(|error| self.broken(&error))
    }

    /// Brings `state` up to the newest change. Says whether there was one.
    pub(super) fn catch_up(&self, state: &mut State) -> Result<bool> {
        let before = (state.epoch, state.revision);
        loop {
            let folder = self.identify()?;
            if state.folder != folder {
                if !state.folder.is_empty() {
                    state.begin_anew();
                }
                state.folder = folder;
            }
            let changes = self.read_after(state.revision).map_err(|error| self.broken(&error))?;
            // After the reading: a snapshot that came meanwhile says whether what was read counts.
            let newest = self.newest_snapshot().map_err(|error| self.broken(&error))?;
            let floor = newest.saturating_sub(KEEP);
            if state.revision < floor {
                if let Some(read) = self.read_snapshot(newest)? {
                    let before = std::mem::replace(state, read);
                    (state.epoch, state.folder) = (before.epoch, before.folder);
                }
                continue;
            }
            if state.revision > floor && !self.log.join(name(state.revision)).exists() {
                if self.newest_snapshot().map_err(|error| self.broken(&error))? > newest {
                    // It was deleted for a snapshot that came just now.
                    continue;
                }
                // Somebody has removed the changes: everything begins anew.
                state.begin_anew();
                self.prepare()?;
                continue;
            }
            let complete = changes.len() < CHUNK;
            for change in changes {
                if change == Change::Unknown {
                    let number = state.revision + 1;
                    tracing::warn!(folder = %self.log.display(), number, "a change of the store cannot be read, and is left out");
                }
                state.apply(change);
            }
            if complete {
                return Ok(before != (state.epoch, state.revision));
            }
        }
    }

    /// Makes a change the next one. False when somebody else was first.
    pub(super) fn append(&self, state: &State, change: &Change) -> Result<bool> {
        let content = change.encode().map_err(|error| {
            Error::new(
                ErrorCode::Internal,
                format!("a change of the store cannot be written: {error}"),
            )
        })?;
        let number = state.revision + 1;
        let temporary = self.write_temporary(&content)?;
        let linked = fs::hard_link(&temporary, self.log.join(name(number)));
        // Once it is linked, or could not be, this name has no use.
        let _ = fs::remove_file(&temporary);
        match linked {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.prepare()?;
                return Ok(false);
            }
            Err(error) => return Err(failed("be written to", &self.log, &error)),
        }
        let newest = self.newest_snapshot().map_err(|error| self.broken(&error))?;
        if number <= newest.saturating_sub(KEEP) || self.identify()? != state.folder {
            // We were suspended for so long that the number was free again, in this folder or in another one.
            let _ = fs::remove_file(self.log.join(name(number)));
            return Ok(false);
        }
        Ok(true)
    }

    /// What is to be written as a snapshot, from time to time.
    pub(super) fn due_snapshot(&self, state: &State) -> Option<DueSnapshot> {
        if !state.revision.is_multiple_of(SNAPSHOT_EVERY) {
            return None;
        }
        let content = snapshot::encode(state).ok()?;
        Some(DueSnapshot {
            revision: state.revision,
            content,
        })
    }

    /// Writes a snapshot and deletes what it stands for. A failure costs room, nothing else.
    pub(super) fn compact(&self, snapshot: &DueSnapshot) {
        if let Err(error) = self.try_compact(snapshot) {
            tracing::warn!(folder = %self.snapshots.display(), %error, "old changes of the store could not be put together");
        }
    }

    fn try_compact(&self, snapshot: &DueSnapshot) -> io::Result<()> {
        let temporary = self.write_temporary(&snapshot.content).map_err(io::Error::other)?;
        fs::rename(&temporary, self.snapshots.join(name(snapshot.revision)))?;
        let mut numbers = numbers(&self.snapshots)?;
        numbers.sort_unstable();
        let newest = numbers.last().copied().unwrap_or_default();
        // The one before stays: somebody may be about to read it.
        numbers.truncate(numbers.len().saturating_sub(2));
        for number in numbers {
            remove(&self.snapshots.join(name(number)))?;
        }
        let floor = newest.saturating_sub(KEEP);
        let mut old: Vec<u64> = numbers_in(&self.log)?.filter(|number| *number <= floor).collect();
        // From the oldest on, so that there is never a gap.
        old.sort_unstable();
        for number in old {
            remove(&self.log.join(name(number)))?;
        }
        Ok(())
    }

    fn read_after(&self, revision: u64) -> io::Result<Vec<Change>> {
        let mut changes = Vec::new();
        while changes.len() < CHUNK {
            let path = self.log.join(name(revision + 1 + changes.len() as u64));
            match read_bounded(&path) {
                Ok(content) => changes.push(Change::decode(content)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => break,
                Err(error) => return Err(error),
            }
        }
        Ok(changes)
    }

    /// 0 when there is none.
    fn newest_snapshot(&self) -> io::Result<u64> {
        match numbers_in(&self.snapshots) {
            Ok(numbers) => Ok(numbers.max().unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(error),
        }
    }

    /// `None` when it was deleted meanwhile: there is a newer one.
    fn read_snapshot(&self, number: u64) -> Result<Option<State>> {
        let path = self.snapshots.join(name(number));
        let content = match fs::read(&path) {
            Ok(content) => content,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed("be read", &path, &error)),
        };
        let state = snapshot::decode(content).and_then(|state| {
            if state.revision == number {
                Ok(state)
            } else {
                Err(format!("it is of change {}", state.revision))
            }
        });
        state.map(Some).map_err(|reason| {
            Error::new(
                ErrorCode::Discovery,
                format!(
                    "the snapshot {} of the store cannot be read: {reason}; remove the folder {} to begin anew",
                    path.display(),
                    self.root.path().join(FOLDER).display()
                ),
            )
        })
    }

    fn write_temporary(&self, content: &[u8]) -> Result<PathBuf> {
        let number = random()?;
        let path = self.temporary.join(format!("{number:016x}"));
        let write = || File::create_new(&path)?.write_all(content);
        let written = write().or_else(|error| match error.kind() {
            io::ErrorKind::NotFound if self.prepare().is_ok() => write(),
            _ => Err(error),
        });
        match written {
            Ok(()) => Ok(path),
            Err(error) => {
                // It may not exist.
                let _ = fs::remove_file(&path);
                Err(failed("be written to", &self.temporary, &error))
            }
        }
    }

    /// Deletes what processes that were killed have left. A failure costs room, nothing else.
    fn sweep(&self) {
        let Ok(files) = fs::read_dir(&self.temporary) else {
            return;
        };
        for file in files.flatten() {
            let modified = file.metadata().and_then(|file| file.modified());
            let age = modified.map(|modified| SystemTime::now().duration_since(modified).unwrap_or_default());
            if age.is_ok_and(|age| age > LEFT_BEHIND) {
                let _ = fs::remove_file(file.path());
            }
        }
    }

    fn broken(&self, error: &io::Error) -> Error {
        failed("be read", &self.log, error)
    }
}

/// A number that nobody else has, and not 0.
pub(super) fn random() -> Result<u64> {
    let number = getrandom::u64().map_err(|error| {
        Error::new(
            ErrorCode::Internal,
            format!("the operating system gives no random numbers: {error}"),
        )
    })?;
    Ok(number.max(1))
}

fn name(number: u64) -> String {
    format!("{number:016x}")
}

fn numbers_in(folder: &Path) -> io::Result<impl Iterator<Item = u64>> {
    Ok(fs::read_dir(folder)?.flatten().filter_map(|file| {
        let name = file.file_name();
        let name = name.to_str().filter(|name| name.len() == 16)?;
        u64::from_str_radix(name, 16).ok()
    }))
}

fn numbers(folder: &Path) -> io::Result<Vec<u64>> {
    Ok(numbers_in(folder)?.collect())
}

fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    let size = fs::metadata(path)?.len();
    if size > MAX_FILE {
        return Ok(Vec::new());
    }
    fs::read(path)
}

/// A file that is not there is no error.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
