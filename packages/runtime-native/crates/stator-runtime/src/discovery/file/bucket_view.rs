use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    fs::{self, File, Metadata},
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use super::{
    super::{record::MAX_RECORD_BYTES, warnings::Warnings},
    bucket::TEMPORARY,
    record_kind::RecordKind,
};

/// More records than this are not looked at.
const MAX_RECORDS: usize = 65_536;

/// What the files of a bucket said when they were last read. Only files that changed are read again.
#[derive(Debug)]
pub(super) struct BucketView<K: RecordKind> {
    dir: PathBuf,
    files: BTreeMap<OsString, Seen<K::Record>>,
    warnings: Warnings,
}

#[derive(Debug)]
struct Seen<R> {
    file: FileIdentity,
    modified: Option<SystemTime>,
    /// None for what is no record.
    record: Option<Arc<R>>,
}

/// Writers replace files as a whole, so a file with the same identity has the same content. The modification time is
/// no part of it: that changes with every keep-alive.
#[derive(Debug, PartialEq, Eq)]
struct FileIdentity {
    inode: u64,
    length: u64,
    /// Inode numbers are used again; the time of birth tells the two files apart. Where the file system knows none, the
    /// modification time stands in.
    born: Option<SystemTime>,
}

impl<K: RecordKind> BucketView<K> {
    pub(super) fn new(dir: PathBuf) -> Self {
        Self {
            dir,
            files: BTreeMap::new(),
            warnings: Warnings::default(),
        }
    }

    /// Looks at every file. True when a record came, went or changed.
    pub(super) fn resync(&mut self) -> bool {
        let names = match self.names() {
            Ok(names) => names,
            // Somebody has removed the folder, and every record with it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => {
                self.warnings
                    .warn(&self.dir.display().to_string(), &format!("cannot be read: {error}"));
                return false;
            }
        };
        let gone: Vec<_> = self
            .files
            .keys()
            .filter(|name| !names.contains_key(*name))
            .cloned()
            .collect();
        let mut changed = false;
        for name in gone {
            changed |= self.forget(&name);
        }
        for name in names.keys() {
            changed |= self.refresh(name, false);
        }
        changed
    }

    /// Looks at one file; `written` when it is known to have been written to. True when a record came, went or changed.
    pub(super) fn refresh(&mut self, name: &OsStr, written: bool) -> bool {
        if is_temporary(name) {
            return false;
        }
        let metadata = match fs::symlink_metadata(self.dir.join(name)) {
            Ok(metadata) if metadata.is_file() => metadata,
            _ => return self.forget(name),
        };
        let file = FileIdentity::of(&metadata);
        let modified = metadata.modified().ok();
        let known = self.files.get(name);
        if known.is_none() && self.files.len() >= MAX_RECORDS {
            self.warnings.warn(
                &self.dir.display().to_string(),
                &format!("has more than {MAX_RECORDS} records"),
            );
            return false;
        }
        // What was no record is read again when touched: it may have been half written.
        let same =
            known.is_some_and(|known| known.file == file && (known.record.is_some() || known.modified == modified));
        if same && !written {
            return false;
        }
        let already_skipped = known.is_some_and(|known| known.record.is_none() && known.file.inode == file.inode);
        let before = known.and_then(|known| known.record.clone());
        let record = match self.read(name) {
            Ok(record) => Some(Arc::new(record)),
            Err(reason) => {
                if !already_skipped {
                    self.warnings.warn(
                        &name.to_string_lossy(),
                        &format!("skipped, it is no {}: {reason}", K::NAME),
                    );
                }
                None
            }
        };
        let changed = before != record;
        self.files.insert(name.to_owned(), Seen { file, modified, record });
        changed
    }

    pub(super) fn snapshot(&self) -> K::Snapshot {
        K::snapshot(self.files.values().filter_map(|seen| seen.record.clone()))
    }

    fn names(&self) -> io::Result<BTreeMap<OsString, ()>> {
        fs::read_dir(&self.dir)?
            .map(|entry| Ok((entry?.file_name(), ())))
            .collect()
    }

    fn forget(&mut self, name: &OsStr) -> bool {
        self.files.remove(name).is_some_and(|seen| seen.record.is_some())
    }

    fn read(&self, name: &OsStr) -> Result<K::Record, String> {
        let name = name.to_str().ok_or("its name is not UTF-8")?;
        let file = open(&self.dir.join(name));
        let mut content = Vec::new();
        let read = file.and_then(|file| file.take(MAX_RECORD_BYTES + 1).read_to_end(&mut content));
        read.map_err(|error| error.to_string())?;
        if content.len() as u64 > MAX_RECORD_BYTES {
            return Err(format!("it is larger than {MAX_RECORD_BYTES} bytes"));
        }
        K::decode(name, &content)
    }
}

impl FileIdentity {
    fn of(metadata: &Metadata) -> Self {
        let born = metadata.created().or_else(|_| metadata.modified()).ok();
        Self {
            inode: inode(metadata),
            length: metadata.len(),
            born,
        }
    }
}

/// Neither a link nor a pipe may take the place of the file that was just looked at.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt;

    let flags = i32::try_from((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits()).unwrap_or(0);
    File::options().read(true).custom_flags(flags).open(path)
}

#[cfg(windows)]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

#[cfg(unix)]
fn inode(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

/// There is no number that is to be had.
#[cfg(windows)]
fn inode(_: &Metadata) -> u64 {
    0
}

fn is_temporary(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(TEMPORARY.as_bytes())
}
