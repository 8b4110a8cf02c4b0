//! A folder that nobody else can read or write.

use std::{
    fs::{self, DirBuilder, Permissions},
    io,
    os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt},
    path::Path,
};

use super::prepare::{ADVICE, failed};
use crate::{Error, ErrorCode, Result};

/// Makes the folder exist for this user alone.
pub(super) fn prepare(path: &Path) -> Result<()> {
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
