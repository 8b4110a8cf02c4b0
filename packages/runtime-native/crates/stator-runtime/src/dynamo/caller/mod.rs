//! The caller's side: sends requests to workers, and listens for their calls home.

mod answer_frames;
mod arrival;
mod call_home;
mod egress;
mod exchange;
mod home_listener;
#[cfg_attr(windows, path = "home_socket_windows.rs")]
mod home_socket;
mod home_task;
mod nats_egress;
mod nats_requests;
mod outgoing;
mod subject;

pub use call_home::CallHome;
pub use egress::{Egress, Status};
pub use exchange::Exchange;
pub use nats_egress::{NatsEgress, NatsPlace};
pub use outgoing::OpenRequest;
