//! The folder that processes of one machine share: making it, trusting it, and hearing what changes in it.

mod changes;
mod file_root;
mod prepare;
#[cfg(unix)]
mod private_folder;

pub(crate) use changes::{Change, Changes};
pub use file_root::FileRoot;
pub(crate) use prepare::{failed, prepare};
