//! What an engine is asked, and what it answers.

mod completion_usage;
mod finish_reason;
mod llm_engine_output;
mod output_options;
mod prefill_result;
mod preprocessed_request;
mod routing_hints;
mod sampling_options;
mod service;
mod stop_conditions;
mod stop_reason;
mod top_logprob;

pub use completion_usage::*;
pub use finish_reason::*;
pub use llm_engine_output::*;
pub use output_options::*;
pub use prefill_result::*;
pub use preprocessed_request::*;
pub use routing_hints::*;
pub use sampling_options::*;
pub use service::*;
pub use stop_conditions::*;
pub use stop_reason::*;
pub use top_logprob::*;
