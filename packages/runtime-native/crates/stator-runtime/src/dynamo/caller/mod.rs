//! The caller's side: sends requests to workers, and listens for their calls home.

mod call_home;
mod egress;
mod exchange;
mod home_listener;
mod home_task;
mod subject;

pub use call_home::CallHome;
pub use egress::{Egress, OpenRequest, Status};
pub use exchange::Exchange;
