//! Which folder file discovery uses, and which it refuses.
#![allow(clippy::expect_used, reason = "a failed expectation is a failed test")]

use std::{
    env, fs,
    io::Write,
    os::unix::{
        fs::{MetadataExt, PermissionsExt, chown, symlink},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::Command,
};

use stator_runtime::{
    Error, ErrorCode,
    discovery::{
        FileDiscovery, FileOptions, FileRoot,
        file::{default_root, project_of},
    },
};
use tempfile::TempDir;

/// The user that owns nothing.
const NOBODY: u32 = 65_534;

const CHILD_ROOT: &str = "STATOR_TEST_SHARED_ROOT";

fn is_superuser() -> bool {
    rustix::process::geteuid().is_root()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it exists").mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("chmod");
}

async fn connect(root: FileRoot) -> Result<FileDiscovery, Error> {
    FileDiscovery::connect(FileOptions::new(root)).await
}

async fn refused(root: FileRoot, code: ErrorCode) -> String {
    let path = root.path().display().to_string();
    let error = connect(root).await.expect_err("refused");
    assert_eq!(error.code, code, "{error}");
    assert!(
        error.message.contains(&path) && error.message.contains("filePath (DYN_FILE_KV)"),
        "{error}"
    );
    error.message
}

#[tokio::test]
async fn a_private_folder_is_for_its_user_alone() {
    let folder = TempDir::new().expect("a folder");
    let root = folder.path().join("new");
    connect(FileRoot::Private(root.clone())).await.expect("created");
    assert_eq!(mode(&root), 0o700);
    set_mode(&root, 0o777);
    connect(FileRoot::Private(root.clone())).await.expect("ours already");
    assert_eq!(mode(&root), 0o700, "made private again");
}

#[tokio::test]
async fn a_shared_folder_keeps_its_mode() {
    let folder = TempDir::new().expect("a folder");
    let root = folder.path().join("a/b");
    connect(FileRoot::Shared(root.clone()))
        .await
        .expect("created with its parents");
    set_mode(&root, 0o755);
    let link = folder.path().join("link");
    symlink(&root, &link).expect("symlink");
    connect(FileRoot::Shared(link)).await.expect("a link is fine here");
    assert_eq!(mode(&root), 0o755);
}

#[tokio::test]
async fn a_foreign_folder_is_refused() {
    let folder = TempDir::new().expect("a folder");
    let root = if is_superuser() {
        let root = folder.path().join("foreign");
        fs::create_dir(&root).expect("mkdir");
        chown(&root, Some(NOBODY), None).expect("chown");
        root
    } else {
        PathBuf::from("/usr")
    };
    let message = refused(FileRoot::Private(root), ErrorCode::PermissionDenied).await;
    assert!(message.contains("belongs to user"), "{message}");
}

#[tokio::test]
async fn a_link_in_place_of_a_private_folder_is_refused() {
    let folder = TempDir::new().expect("a folder");
    let (target, root) = (folder.path().join("target"), folder.path().join("link"));
    fs::create_dir(&target).expect("mkdir");
    symlink(&target, &root).expect("symlink");
    let message = refused(FileRoot::Private(root.clone()), ErrorCode::PermissionDenied).await;
    assert!(message.contains("symbolic link"), "{message}");
    fs::remove_dir(&target).expect("rmdir");
    refused(FileRoot::Private(root), ErrorCode::PermissionDenied).await;
    assert!(!target.exists(), "nothing was created through the link");
}

#[tokio::test]
async fn a_file_in_place_of_the_folder_is_refused() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("file");
    fs::write(&file, "").expect("write");
    refused(FileRoot::Private(file.clone()), ErrorCode::PermissionDenied).await;
    refused(FileRoot::Shared(file.clone()), ErrorCode::InvalidArgument).await;
    refused(FileRoot::Shared(file.join("below")), ErrorCode::InvalidArgument).await;
}

#[tokio::test]
async fn an_unwritable_folder_is_refused() {
    let folder = TempDir::new().expect("a folder");
    set_mode(folder.path(), 0o755);
    let root = folder.path().join("root");
    fs::create_dir(&root).expect("mkdir");
    set_mode(&root, 0o555);
    if !is_superuser() {
        refused(FileRoot::Shared(root), ErrorCode::PermissionDenied).await;
        return;
    }
    // Nothing is unwritable for the superuser, so another user tries, with a copy of this program that it may read.
    let program = folder.path().join("program");
    fs::copy(env::current_exe().expect("this program"), &program).expect("copy");
    set_mode(&program, 0o755);
    let mut command = Command::new(&program);
    command.args([
        "--ignored",
        "--exact",
        "--nocapture",
        "folder::tells_what_it_is_refused_with",
    ]);
    let output = command
        .env(CHILD_ROOT, &root)
        .current_dir("/")
        .uid(NOBODY)
        .output()
        .expect("a child");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        text.contains("permission_denied: the discovery folder"),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(text.contains("DYN_FILE_KV"), "{text}");
}

#[tokio::test]
#[ignore = "run by another test, as another user"]
async fn tells_what_it_is_refused_with() {
    let root = PathBuf::from(env::var_os(CHILD_ROOT).expect("started by another test"));
    let error = connect(FileRoot::Shared(root)).await.expect_err("refused");
    std::io::stdout()
        .write_all(error.to_string().as_bytes())
        .expect("stdout");
}

#[test]
fn a_project_is_the_nearest_folder_that_says_so() {
    let folder = TempDir::new().expect("a folder");
    let top = folder.path().canonicalize().expect("real");
    let (package, deep) = (top.join("packages/one"), top.join("packages/one/src/deep"));
    fs::create_dir_all(&deep).expect("mkdir");
    assert_eq!(project_of(&deep), deep, "nothing says so: the folder itself");
    fs::write(package.join("package.json"), r#"{"name":"one"}"#).expect("write");
    assert_eq!(project_of(&deep), package, "a package");
    fs::write(top.join("package.json"), r#"{"workspaces":["packages/*"]}"#).expect("write");
    assert_eq!(project_of(&deep), top, "a workspace around it");
    fs::write(top.join("package.json"), "{ broken").expect("write");
    assert_eq!(project_of(&deep), package, "a broken manifest says nothing");
    fs::create_dir(top.join(".git")).expect("mkdir");
    assert_eq!(project_of(&deep), top, "a repository");
}

#[test]
fn a_default_folder_belongs_to_one_project_and_one_user() {
    let folder = TempDir::new().expect("a folder");
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    fs::create_dir(&one).expect("mkdir");
    symlink(&one, &two).expect("symlink");
    let root = default_root(&one);
    assert_eq!(root, default_root(&two), "the same project by another way");
    assert_ne!(root, default_root(folder.path()));
    let name = root.file_name().and_then(|name| name.to_str()).expect("a name");
    assert!(
        name.starts_with(&format!("stator-{}-", rustix::process::geteuid().as_raw())),
        "{name}"
    );
    assert!(
        root.parent().is_some_and(Path::is_dir),
        "below a folder that exists: {}",
        root.display()
    );
}
