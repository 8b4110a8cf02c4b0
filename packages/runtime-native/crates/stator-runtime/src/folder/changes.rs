//! Which files of a folder changed, as the operating system tells it.

use std::{collections::BTreeSet, ffi::OsString};

/// What happened since the last look.
#[derive(Debug, PartialEq, Eq)]
#[cfg_attr(
    not(target_os = "linux"),
    allow(dead_code, reason = "nothing is told there, so the folder is looked at")
)]
pub(crate) enum Change {
    /// These files came, went or were written.
    Files(BTreeSet<OsString>),
    /// Too much happened to list it.
    Anything,
}

#[cfg(target_os = "linux")]
pub(crate) use linux::Changes;

#[cfg(not(target_os = "linux"))]
pub(crate) use elsewhere::Changes;

#[cfg(target_os = "linux")]
mod linux {
    use std::{
        collections::BTreeSet,
        ffi::OsStr,
        io,
        mem::MaybeUninit,
        os::{fd::OwnedFd, unix::ffi::OsStrExt},
        path::Path,
    };

    use rustix::{
        fs::inotify::{CreateFlags, ReadFlags, Reader, WatchFlags, add_watch, init},
        io::Errno,
    };
    use tokio::io::unix::AsyncFd;

    use super::Change;

    /// Room for a few hundred events a read.
    const BUFFER: usize = 16 * 1024;
    /// Whoever writes without end must not keep the reader from telling.
    const MAX_NAMES: usize = 1024;

    pub(crate) struct Changes {
        inotify: AsyncFd<OwnedFd>,
    }

    impl Changes {
        pub(crate) fn open(dir: &Path) -> io::Result<Self> {
            let inotify = init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
            let interest = WatchFlags::CREATE
                | WatchFlags::CLOSE_WRITE
                | WatchFlags::MOVED_TO
                | WatchFlags::MOVED_FROM
                | WatchFlags::DELETE
                | WatchFlags::DELETE_SELF
                | WatchFlags::MOVE_SELF
                | WatchFlags::ONLYDIR;
            add_watch(&inotify, dir, interest)?;
            Ok(Self {
                inotify: AsyncFd::new(inotify)?,
            })
        }

        /// Everything that has happened by now, once something has. An error ends the watch: the folder is gone.
        pub(crate) async fn next(&mut self) -> io::Result<Change> {
            loop {
                let mut ready = self.inotify.readable().await?;
                match ready.try_io(|inotify| read(inotify.get_ref())) {
                    Ok(change) => return change,
                    Err(_would_block) => continue,
                }
            }
        }
    }

    fn read(inotify: &OwnedFd) -> io::Result<Change> {
        let mut buffer = [MaybeUninit::uninit(); BUFFER];
        let mut events = Reader::new(inotify, &mut buffer);
        let mut names = BTreeSet::new();
        let mut anything = false;
        let mut none_yet = true;
        while names.len() < MAX_NAMES || !events.is_buffer_empty() {
            let event = match events.next() {
                Ok(event) => event,
                Err(Errno::AGAIN) if none_yet => return Err(io::ErrorKind::WouldBlock.into()),
                Err(Errno::AGAIN) => break,
                Err(Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
            };
            none_yet = false;
            if event
                .events()
                .intersects(ReadFlags::IGNORED | ReadFlags::UNMOUNT | ReadFlags::MOVE_SELF)
            {
                return Err(io::Error::new(
                    io::ErrorKind::NotFound,
                    "the folder was moved or removed",
                ));
            }
            anything |= event.events().contains(ReadFlags::QUEUE_OVERFLOW);
            if let Some(name) = event.file_name() {
                names.insert(OsStr::from_bytes(name.to_bytes()).to_owned());
            }
        }
        Ok(if anything {
            Change::Anything
        } else {
            Change::Files(names)
        })
    }
}

#[cfg(not(target_os = "linux"))]
mod elsewhere {
    use std::{io, path::Path};

    use super::Change;

    /// Never opens, so that the watcher polls.
    pub(crate) struct Changes;

    impl Changes {
        pub(crate) fn open(_dir: &Path) -> io::Result<Self> {
            Err(io::ErrorKind::Unsupported.into())
        }

        pub(crate) async fn next(&mut self) -> io::Result<Change> {
            std::future::pending().await
        }
    }
}
