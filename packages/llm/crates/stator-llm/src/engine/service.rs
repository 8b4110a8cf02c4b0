use stator_contract::{Stream, contract_service};

use crate::{LLMEngineOutput, PreprocessedRequest};

/// An engine: it goes on with a prompt, token by token.
#[contract_service(namespace = "llm")]
pub trait Engine {
    /// Streams the tokens of one answer. The last item has a `finish_reason`.
    #[endpoint(idempotent)]
    fn generate(&self, request: PreprocessedRequest) -> Stream<LLMEngineOutput>;
}

/// An engine that only reads prompts, for others that write the answers.
#[contract_service(namespace = "llm")]
pub trait Prefill {
    /// Streams one item: its `disaggregated_params` are for the decode worker.
    #[endpoint(idempotent)]
    fn generate(&self, request: PreprocessedRequest) -> Stream<LLMEngineOutput>;
}
