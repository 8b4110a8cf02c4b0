//! The caller's side: one call after another through a contract.

mod answer;
mod call;
mod endpoints;
mod judge;
mod kind;
mod requests;
mod responses;
mod target;
mod upload;

pub use answer::Answer;
pub use call::{Call, ClientStreamCall, DuplexCall, ServerStreamCall, UnaryCall};
pub use endpoints::Endpoints;
pub use kind::{ClientStream, Duplex, Kind, ServerStream, Unary};
pub use requests::Requests;
pub use responses::Responses;
pub use stator_runtime::client::{ClientOptions, Router};
pub use upload::Upload;
