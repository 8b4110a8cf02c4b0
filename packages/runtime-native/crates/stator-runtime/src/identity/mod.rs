//! Contract identity: who serves an endpoint under which contract, and whether a caller with another one can use it.
//!
//! The core carries hashes and documents and keeps verdicts; it does not read documents. A [`ContractJudge`] does.

mod contract_hash;
mod documents;
mod judge;
mod standing;
mod verdicts;

pub use contract_hash::ContractHash;
pub use documents::{DOCUMENT_PATH, EndpointContract, MAX_DOCUMENT_BYTES, MAX_DOCUMENTS};
pub use judge::{ContractJudge, Dispute, Verdict};
pub use standing::Standing;
pub use verdicts::Verdicts;

pub(crate) use documents::Documents;
pub(crate) use judge::plain;
