use stator_contract::{Stream, contract_service};

use crate::{Optional, Pair, Scalars, Wide};

/// Calls of the kinds that TypeScript can make.
#[contract_service(namespace = "fixtures", component = "all-kinds")]
pub trait FixtureService {
    /// One for one.
    #[endpoint(timeout_ms = 1500, idempotent)]
    async fn get_wide(&self, request: Optional) -> Wide;
    /// One for many.
    #[endpoint(name = "list")]
    fn list_pairs(&self, request: Scalars) -> Stream<Pair>;
}
