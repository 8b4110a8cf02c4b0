use std::sync::Arc;

use parking_lot::RwLock;
use rustc_hash::FxHashMap;

use crate::{Error, ErrorCode, Result};

use super::ContractHash;

/// Where every runtime answers for the contracts of what it serves. The request is `{"hash":"<32 hex digits>"}`, the
/// answer the document; `not_found` if nothing here is served with that contract. It stands in no discovery.
pub const DOCUMENT_PATH: &str = "_stator._contracts._document";

/// The largest document that is served, or read.
pub const MAX_DOCUMENT_BYTES: usize = 1024 * 1024;

/// Contracts that one runtime serves at once.
pub const MAX_DOCUMENTS: usize = 1024;

/// With which contract an endpoint is served.
#[derive(Debug, Clone)]
pub struct EndpointContract {
    pub hash: ContractHash,
    /// A document that holds this endpoint and every type that it reaches, as JSON text.
    pub document: Arc<str>,
}

/// The documents of what this runtime serves.
#[derive(Default)]
pub(crate) struct Documents(RwLock<FxHashMap<ContractHash, Kept>>);

struct Kept {
    document: Arc<str>,
    /// Endpoints that are served with it.
    users: usize,
}

impl Documents {
    /// Answers for the contract until [`Documents::release`] was called as often.
    pub fn keep(&self, contract: &EndpointContract) -> Result<()> {
        let size = contract.document.len();
        if size > MAX_DOCUMENT_BYTES {
            return Err(Error::new(
                ErrorCode::InvalidArgument,
                format!(
                    "the contract's document has {size} bytes, the limit is {MAX_DOCUMENT_BYTES}; split the service"
                ),
            ));
        }
        let mut kept = self.0.write();
        if let Some(entry) = kept.get_mut(&contract.hash) {
            entry.users += 1;
            return Ok(());
        }
        if kept.len() >= MAX_DOCUMENTS {
            return Err(Error::new(
                ErrorCode::InvalidArgument,
                format!("this runtime serves {MAX_DOCUMENTS} contracts already, which is the limit"),
            ));
        }
        // The endpoints of a service mostly bring the same text.
        let same = kept.values().find(|entry| entry.document == contract.document);
        let document = Arc::clone(same.map_or(&contract.document, |entry| &entry.document));
        kept.insert(contract.hash, Kept { document, users: 1 });
        Ok(())
    }

    pub fn release(&self, hash: ContractHash) {
        let mut kept = self.0.write();
        if let Some(entry) = kept.get_mut(&hash) {
            entry.users -= 1;
            if entry.users == 0 {
                kept.remove(&hash);
            }
        }
    }

    pub fn get(&self, hash: ContractHash) -> Option<Arc<str>> {
        self.0.read().get(&hash).map(|entry| Arc::clone(&entry.document))
    }
}
