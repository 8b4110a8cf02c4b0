//! Creating the folder, and refusing one that is not safe or not usable.

use std::{
    fs::{self, DirBuilder, Permissions},
    io,
    os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt},
    path::Path,
};

use super::FileRoot;
use crate::{Error, ErrorCode, Result};

/// What a user can do about a folder that will not do.
const ADVICE: &str = "set the option filePath (DYN_FILE_KV) to a folder that this user can write to";

/// Makes the root exist, and checks that it may be trusted.
pub(crate) fn prepare(root: &FileRoot) -> Result<()> {
    match root {
        FileRoot::Private(path) => prepare_private(path),
        FileRoot::Shared(path) => fs::create_dir_all(path).map_err(|error| failed("be created", path, &error)),
    }
}

fn prepare_private(path: &Path) -> Result<()> {
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(failed("be created", path, &error)),
        _ => {}
    }
    let found = fs::symlink_metadata(path).map_err(|error| failed("be examined", path, &error))?;
    let user = rustix::process::geteuid().as_raw();
    if found.is_symlink() {
        return Err(refused(
            path,
            &format!("is a symbolic link made by user {}", found.uid()),
        ));
    }
    if !found.is_dir() {
        return Err(refused(path, "is not a folder"));
    }
    if found.uid() != user {
        return Err(refused(
            path,
            &format!("belongs to user {}, but this process runs as user {user}", found.uid()),
        ));
    }
    if found.mode() & 0o777 != 0o700 {
        let private = fs::set_permissions(path, Permissions::from_mode(0o700));
        private.map_err(|error| failed("be made private (mode 0700)", path, &error))?;
    }
    Ok(())
}

fn refused(path: &Path, reason: &str) -> Error {
    Error::new(
        ErrorCode::PermissionDenied,
        format!(
            "the discovery folder {} {reason}; remove it, or {ADVICE}",
            path.display()
        ),
    )
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
