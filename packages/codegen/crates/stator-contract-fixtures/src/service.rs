use stator_contract::{Stream, contract_service};

use crate::{Optional, Pair, Scalars, Wide};

/// Calls of all four kinds.
#[contract_service(namespace = "fixtures", component = "all-kinds")]
pub trait FixtureService {
    /// One for one.
    #[endpoint(timeout_ms = 1500, idempotent)]
    async fn get_wide(&self, request: Optional) -> Wide;
    /// One for many.
    #[endpoint(name = "list")]
    fn list_pairs(&self, request: Scalars) -> Stream<Pair>;
    /// Many for one.
    async fn collect(&self, requests: Stream<Optional>) -> Wide;
    /// Many for many.
    #[endpoint(timeout_ms = 60_000)]
    fn converse(&self, requests: Stream<Pair>) -> Stream<Pair>;
}
