//! Discovery between processes through a folder: one small JSON file a record, kept alive by its modification time.
//!
//! The layout is the original's: `{root}/{bucket}/{escaped key}`. See [`BUCKET`] for the one difference.

mod bucket;
mod bucket_lock;
mod bucket_view;
mod changes;
mod file_discovery;
mod file_options;
mod file_state;
mod folder;
mod keeper;
mod project;
mod record;
mod watcher;

pub use file_discovery::FileDiscovery;
pub use file_options::{FileOptions, FileRoot, Notice};
pub use project::{default_root, project_of};

/// Where our records stand below the root.
///
/// The original watches `v1/instances`. It would send its calls, in its own wire format, to whatever it finds there, so
/// our records stand beside it for as long as our listeners do not speak that format.
pub const BUCKET: &str = "v1/stator_instances";
