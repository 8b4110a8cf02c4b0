use std::path::{Path, PathBuf};

/// The folder, and who may use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileRoot {
    /// Ours alone: created with mode 0700; refused when another user owns it or when it is a symbolic link.
    Private(PathBuf),
    /// Shared on purpose: created if absent; anything that this process can write to will do.
    Shared(PathBuf),
}

impl FileRoot {
    pub fn path(&self) -> &Path {
        match self {
            Self::Private(path) | Self::Shared(path) => path,
        }
    }
}
