//! The messages of OpenAI's HTTP API, as far as this package reads and writes them. What it does not know is kept.

mod chat_completion;
mod chat_completion_chunk;
mod chat_completion_request;
mod chat_message;
mod completion;
mod completion_request;
mod embedding;
mod error_body;
mod logprobs;
mod model_list;
mod stop;
mod stream_options;

pub use chat_completion::*;
pub use chat_completion_chunk::*;
pub use chat_completion_request::*;
pub use chat_message::*;
pub use completion::*;
pub use completion_request::*;
pub use embedding::*;
pub use error_body::*;
pub use logprobs::*;
pub use model_list::*;
pub use stop::*;
pub use stream_options::*;
