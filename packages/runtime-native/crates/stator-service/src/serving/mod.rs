//! The worker's side: a service behind its contract.

mod incoming;
mod items;
mod served_call;
mod served_contract;
mod services;
mod take_request;

pub use incoming::Incoming;
pub use items::Items;
pub use served_contract::ServedContract;
pub use services::Services;
pub use take_request::{Many, One, TakeRequest};
