use stator_contract::{Stream, contract_service};

use crate::{Count, CountError, Numbers, Pause, Token, Words};

/// Counts words, and keeps numbers as they are.
#[contract_service(namespace = "mixed", service = "runtime")]
pub trait Counter {
    /// Gives the numbers back, with a hop added.
    #[endpoint(idempotent, timeout_ms = 30_000)]
    async fn exact(&self, request: Numbers) -> Numbers;

    /// Counts the words of a text, at most 100. The word "forbidden" may not be said.
    #[endpoint(idempotent, timeout_ms = 30_000)]
    async fn count(&self, request: Words) -> Result<Count, CountError>;

    /// The words of a text, one by one, up to the first that may not be said.
    fn split(&self, request: Words) -> Result<Stream<Token>, CountError>;

    /// Counts the words of many texts together.
    async fn collect(&self, requests: Stream<Words>) -> Result<Count, CountError>;

    /// How many words there were, after each text.
    fn tally(&self, requests: Stream<Words>) -> Result<Stream<Count>, CountError>;

    /// Some tokens, and then nothing more until the caller leaves.
    fn wait(&self, request: Pause) -> Stream<Token>;
}
