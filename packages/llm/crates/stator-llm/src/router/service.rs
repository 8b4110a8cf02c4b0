use stator_contract::contract_service;

use crate::{
    RoutingDecision, RoutingProgress, RoutingProgressAnswer, RoutingRequest, RoutingState, RoutingStateRequest,
};

/// Chooses workers for prompts.
#[contract_service(namespace = "llm")]
pub trait Router {
    /// The best worker for a prompt. With a `request_id` the prompt counts as its load until it is freed.
    fn best_worker(&self, request: RoutingRequest) -> RoutingDecision;

    /// Says how far a request has come.
    #[endpoint(idempotent)]
    fn progress(&self, request: RoutingProgress) -> RoutingProgressAnswer;

    /// All that the router knows.
    #[endpoint(idempotent)]
    fn state(&self, request: RoutingStateRequest) -> RoutingState;
}
