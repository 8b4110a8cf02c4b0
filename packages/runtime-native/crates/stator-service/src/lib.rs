//! Services in Rust behind a contract: the same contract as in TypeScript, so that either language can serve and call.
//!
//! `#[contract_service(namespace = "hello", service = "runtime")]` on `trait Counter` makes, with the Cargo feature
//! `runtime` of the contract crate: `CounterService`, the trait to implement; `CounterContract::serve`, which serves it;
//! and `CounterClient`, which calls it. Plain `service` is for crates that always have this one.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use serde::{Deserialize, Serialize};
//! use stator_contract::{Contract, Stream, contract_service};
//! use stator_service::{Context, DistributedRuntime, Failure, Incoming, Items};
//! use ts_rs::TS;
//!
//! #[derive(Serialize, Deserialize, TS, Contract)]
//! pub struct Words {
//!     #[contract(max_length = 1024)]
//!     pub text: String,
//! }
//!
//! #[derive(Serialize, Deserialize, TS, Contract)]
//! pub struct Count {
//!     pub words: u64,
//! }
//!
//! #[derive(Serialize, Deserialize, TS, Contract)]
//! pub struct Token {
//!     pub index: u32,
//!     pub text: String,
//! }
//!
//! #[derive(Serialize, Deserialize, TS, Contract)]
//! #[serde(tag = "kind", rename_all = "snake_case")]
//! pub enum CountError {
//!     /// The text is longer than the limit.
//!     #[contract(status = 413)]
//!     TooLong { limit: u64 },
//! }
//!
//! #[contract_service(namespace = "hello", service)]
//! pub trait Counter {
//!     async fn count(&self, request: Words) -> Result<Count, CountError>;
//!     fn split(&self, request: Words) -> Result<Stream<Token>, CountError>;
//!     fn tally(&self, requests: Stream<Words>) -> Stream<Count>;
//! }
//!
//! struct WordCounter;
//!
//! impl CounterService for WordCounter {
//!     async fn count(&self, request: Words, context: Context) -> Result<Count, Failure<CountError>> {
//!         if request.text.len() > 100 {
//!             return Err(CountError::TooLong { limit: 100 }.into());
//!         }
//!         tracing::info!("counting for {}", context.metadata_of("user").unwrap_or("nobody"));
//!         Ok(count(&request))
//!     }
//!
//!     async fn split(
//!         &self,
//!         request: Words,
//!         items: Items<Token, CountError>,
//!         _: Context,
//!     ) -> Result<(), Failure<CountError>> {
//!         for (index, word) in (0..).zip(request.text.split_whitespace()) {
//!             items.send(Token { index, text: word.to_owned() }).await?; // waits until the caller has room
//!         }
//!         Ok(())
//!     }
//!
//!     async fn tally(&self, mut requests: Incoming<Words>, items: Items<Count>, _: Context) -> Result<(), Failure> {
//!         while let Some(request) = requests.next().await? {
//!             items.send(count(&request)).await?;
//!         }
//!         Ok(())
//!     }
//! }
//!
//! fn count(request: &Words) -> Count {
//!     Count { words: request.text.split_whitespace().count() as u64 }
//! }
//!
//! async fn call(runtime: &DistributedRuntime, words: Words) -> Result<(), Failure<CountError>> {
//!     let client = CounterClient::connect(runtime).await.map_err(Failure::internal)?;
//!     client.wait_for_instances(None).await.map_err(Failure::internal)?;
//!
//!     let text = words.text.clone();
//!     match client.count(words).timeout(Duration::from_secs(5)).await {
//!         Ok(count) => println!("{} words", count.words),
//!         Err(failure) => match failure.declared() {
//!             Some(CountError::TooLong { limit }) => println!("more than {limit} bytes"),
//!             None => return Err(failure),
//!         },
//!     }
//!
//!     let mut tokens = client.split(Words { text }).await?; // dropping it cancels the call
//!     while let Some(token) = tokens.next().await? {
//!         println!("{}", token.text);
//!     }
//!     Ok(())
//! }
//!
//! fn main() -> std::process::ExitCode {
//!     stator_service::main(async |_runtime| Ok(CounterContract::serve(WordCounter)))
//! }
//! ```

mod call_context;
mod client;
mod declared;
mod described_service;
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
