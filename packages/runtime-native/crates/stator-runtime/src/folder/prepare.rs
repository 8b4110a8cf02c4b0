//! Creating the folder, and refusing one that is not safe or not usable.

use std::{io, path::Path};

use super::FileRoot;
use crate::{Error, ErrorCode, Result};

/// What a user can do about a folder that will not do.
pub(super) const ADVICE: &str = "set the option filePath (DYN_FILE_KV) to a folder that this user can write to";

/// Makes the root exist, and checks that it may be trusted.
#[cfg(unix)]
pub(crate) fn prepare(root: &FileRoot) -> Result<()> {
    match root {
        FileRoot::Private(path) => super::private_folder::prepare(path),
        FileRoot::Shared(path) => std::fs::create_dir_all(path).map_err(|error| failed("be created", path, &error)),
    }
}

/// Refuses it: what keeps a folder private, and its writers apart, is there on Unix alone.
#[cfg(windows)]
pub(crate) fn prepare(root: &FileRoot) -> Result<()> {
    Err(Error::new(
        ErrorCode::InvalidArgument,
        format!(
            "discovery and the store in a folder ({}) need Unix; on Windows set the option discovery \
             (DYN_DISCOVERY_BACKEND) to etcd, or to memory within one process",
            root.path().display()
        ),
    ))
}

/// An error of the operating system about a folder or a file of discovery.
pub(crate) fn failed(action: &str, path: &Path, error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Error::new(
            ErrorCode::PermissionDenied,
            format!(
                "the discovery folder {} cannot {action}: {error}; {ADVICE}",
                path.display()
            ),
        ),
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => Error::new(
            ErrorCode::InvalidArgument,
            format!(
                "the discovery folder {} cannot {action}: {error}; {ADVICE}",
                path.display()
            ),
        ),
        _ => Error::new(
            ErrorCode::Discovery,
            format!("the discovery folder {} cannot {action}: {error}", path.display()),
        ),
    }
}
