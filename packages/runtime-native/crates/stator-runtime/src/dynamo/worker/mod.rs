//! The worker's side: takes requests, runs them, and calls home with the answers.

mod answer;
mod answer_task;
mod answers;
mod call_home;
mod calls_home;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod ingress;
mod nats_ingress;
mod request;
mod request_stream;

pub use answer::Answer;
pub use answers::Answers;
pub use ingress::Ingress;
pub use nats_ingress::{NatsServing, serve as serve_nats};
pub use request::{Incoming, Request, Taker};
