use stator_contract::{Stream, contract_service};

use crate::{Token, Words};

/// Cuts a text into words.
#[contract_service(namespace = "hello")]
pub trait Backend {
    /// Streams the words of the text, in order.
    #[endpoint(idempotent)]
    fn generate(&self, request: Words) -> Stream<Token>;
}

/// Stands between the front end and the backend, and leaves its mark on each word.
#[contract_service(namespace = "hello")]
pub trait Middle {
    /// Streams the words of the text, in order, as the backend cuts them.
    #[endpoint(idempotent)]
    fn generate(&self, request: Words) -> Stream<Token>;
}
