use std::{
    env, fs,
    hash::Hasher,
    path::{Path, PathBuf},
};

/// A `package.json` larger than this is not read.
const MAX_MANIFEST_BYTES: u64 = 1 << 20;

/// The project around a folder: the nearest folder upwards that holds a `.git` or a `package.json` with workspaces;
/// else the nearest that holds a `package.json`; else the folder itself.
pub fn project_of(folder: &Path) -> PathBuf {
    let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    let whole = folder
        .ancestors()
        .find(|dir| dir.join(".git").exists() || has_workspaces(dir));
    let part = || folder.ancestors().find(|dir| dir.join("package.json").is_file());
    whole.or_else(part).unwrap_or(&folder).to_owned()
}

/// The discovery folder of a project and a user, below `XDG_RUNTIME_DIR` if that is ours, else below the system's
/// folder for temporary files: `stator-{user id}-{hash of the project's path}`.
///
/// Two programs of one project meet there without being told; two projects, or two users, never do.
pub fn default_root(project: &Path) -> PathBuf {
    let project = fs::canonicalize(project).unwrap_or_else(|_| project.to_owned());
    let mut hasher = fnv::FnvHasher::default();
    hasher.write(project.as_os_str().as_encoded_bytes());
    place(hasher.finish())
}

#[cfg(unix)]
fn place(hash: u64) -> PathBuf {
    let user = rustix::process::geteuid().as_raw();
    runtime_dir(user)
        .unwrap_or_else(env::temp_dir)
        .join(format!("stator-{user}-{hash:016x}"))
}

/// The folder for temporary files is each user's own there.
#[cfg(windows)]
fn place(hash: u64) -> PathBuf {
    env::temp_dir().join(format!("stator-{hash:016x}"))
}

#[cfg(unix)]
fn runtime_dir(user: u32) -> Option<PathBuf> {
    use std::os::unix::fs::MetadataExt;

    let dir = PathBuf::from(env::var_os("XDG_RUNTIME_DIR")?);
    let metadata = fs::metadata(&dir).ok()?;
    (dir.is_absolute() && metadata.is_dir() && metadata.uid() == user).then_some(dir)
}

fn has_workspaces(dir: &Path) -> bool {
    let manifest = dir.join("package.json");
    let small = fs::metadata(&manifest).is_ok_and(|file| file.is_file() && file.len() <= MAX_MANIFEST_BYTES);
    let Some(text) = small.then(|| fs::read(&manifest).ok()).flatten() else {
        return false;
    };
    serde_json::from_slice::<serde_json::Value>(&text).is_ok_and(|json| json.get("workspaces").is_some())
}
