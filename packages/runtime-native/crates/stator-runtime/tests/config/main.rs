//! Settings and logging.

mod logging;
mod resolution;
