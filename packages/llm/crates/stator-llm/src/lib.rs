//! What `@stator/llm` has in Rust: the contract of engines and routers, the messages of OpenAI's API, tokenizers, and the
//! index of cached blocks.
//!
//! The messages between front ends, routers and engines have the form of the original (`dynamo-llm` 1.6.1), so that its
//! workers and front ends understand them.

mod engine;
mod kv;
mod models;
mod openai;
mod router;
mod tokens;

pub use engine::*;
pub use kv::*;
pub use models::*;
pub use openai::*;
pub use router::*;
pub use tokens::*;

stator_bindings::addon! {
    bindings: [Tokenizer, TokenDecoder, KvIndex, KvEventDecoder, block_hashes, sequence_hashes],
}

/// Everything that this crate publishes.
pub fn contracts(contracts: &mut stator_contract::Contracts) {
    contracts
        .service::<EngineContract>()
        .service::<PrefillContract>()
        .service::<RouterContract>()
        .add::<ActiveLoad>()
        .add::<RouterEvent>()
        .add::<ModelCard>()
        .add::<ChatCompletionRequest>()
        .add::<ChatCompletion>()
        .add::<ChatCompletionChunk>()
        .add::<CompletionRequest>()
        .add::<Completion>()
        .add::<EmbeddingRequest>()
        .add::<EmbeddingResponse>()
        .add::<ModelList>()
        .add::<ErrorBody>()
        .add::<RequestRefused>()
        .bindings(bindings);
}
