//! Discovery between processes through a folder: one small JSON file a record, kept alive by its modification time.
//!
//! The layout is the original's, `{root}/{bucket}/{escaped key}`, so that both see each other in a folder that they share.

mod bucket;
mod bucket_lock;
mod bucket_view;
mod file_discovery;
mod file_options;
mod file_state;
mod keeper;
mod project;
mod record;
mod record_kind;
mod shelf;
mod watcher;

pub use crate::folder::FileRoot;
pub use file_discovery::FileDiscovery;
pub use file_options::{FileOptions, Notice};
pub use project::{default_root, project_of};

/// Where records of instances stand below the root.
pub const BUCKET: &str = "v1/instances";
