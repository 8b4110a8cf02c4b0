//! Who is asked where a request should go.

mod routing_decision;
mod routing_request;
mod routing_state;
mod service;

pub use routing_decision::*;
pub use routing_request::*;
pub use routing_state::*;
pub use service::*;
