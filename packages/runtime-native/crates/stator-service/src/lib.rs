//! Services in Rust behind a contract: the same contract as in TypeScript, so that either language can serve and call.
//!
//! `#[contract_service(namespace = "hello", service = "runtime")]` on `trait Counter` makes, with the Cargo feature
//! `runtime` of the contract crate: `CounterService`, the trait to implement; `CounterContract::serve`, which serves it;
//! and `CounterClient`, which calls it. A program is one line:
//!
//! ```ignore
//! fn main() -> std::process::ExitCode {
//!     stator_service::main(async |_runtime| Ok(CounterContract::serve(Counter)))
//! }
//! ```

mod call_context;
mod client;
mod declared;
mod failure;
mod json;
#[doc(hidden)]
pub mod private;
mod program;
mod serving;

pub use call_context::Context;
pub use client::{
    Answer, Call, ClientOptions, ClientStream, ClientStreamCall, Duplex, DuplexCall, Kind, Requests, Responses, Router,
    ServerStream, ServerStreamCall, Unary, UnaryCall, Upload,
};
pub use declared::{Declared, NoError};
pub use failure::Failure;
pub use program::{BoxError, main};
pub use serving::{Incoming, Items, Services};
pub use stator_runtime::{DistributedRuntime, Error, ErrorCode, Result};
