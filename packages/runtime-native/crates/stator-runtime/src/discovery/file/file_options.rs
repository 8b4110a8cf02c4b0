use std::{path::Path, time::Duration};

use super::{FileRoot, default_root, project_of};

/// How file discovery works. Everybody who shares a folder must use the same `ttl`.
#[derive(Debug, Clone)]
pub struct FileOptions {
    pub root: FileRoot,
    /// A record whose file was not touched for this long is deleted by whoever sees it. Default 10 s.
    ///
    /// Owners touch their files three times in this time. Expired ones are deleted by one of all who share the folder,
    /// three to six times in this time.
    pub ttl: Duration,
    /// Default [`Notice::Automatic`].
    pub notice: Notice,
}

/// How changes are noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// By inotify; by polling where it is absent or fails (its number of instances is limited per user).
    Automatic,
    /// By polling alone, four times a second.
    Polling,
}

impl FileOptions {
    pub const DEFAULT_TTL: Duration = Duration::from_secs(10);

    pub fn new(root: FileRoot) -> Self {
        Self {
            root,
            ttl: Self::DEFAULT_TTL,
            notice: Notice::Automatic,
        }
    }

    /// The default folder of the project around `working_directory`.
    pub fn for_project(working_directory: &Path) -> Self {
        Self::new(FileRoot::Private(default_root(&project_of(working_directory))))
    }

    /// How often own files are touched, and expired ones looked for.
    pub(super) fn keep_alive(&self) -> Duration {
        (self.ttl / 3).max(Duration::from_millis(10))
    }
}
