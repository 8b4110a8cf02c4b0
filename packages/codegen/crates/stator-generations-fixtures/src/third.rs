use serde::{Deserialize, Serialize};
use stator_contract::{Contract, Contracts, Stream, contract_service};
use ts_rs::TS;

/// A text to be cut.
#[derive(Debug, Serialize, Deserialize, TS, Contract)]
pub struct Text {
    /// Narrower than before.
    #[contract(max_length = 100)]
    pub text: String,
    /// New, and required.
    pub language: String,
}

#[derive(Debug, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "snake_case")]
pub enum PieceKind {
    Word,
    /// In place of `Space`.
    Blank,
}

/// A part of the text.
#[derive(Debug, Serialize, Deserialize, TS, Contract)]
pub struct Piece {
    pub text: String,
    pub kind: PieceKind,
}

/// Who counted, and what.
#[derive(Debug, Serialize, Deserialize, TS, Contract)]
pub struct Count {
    pub words: u32,
    /// The release of the service.
    pub release: u32,
}

/// Cuts texts.
#[contract_service(namespace = "generations", service = "runtime")]
pub trait Texts {
    /// The parts of the text, in order.
    #[endpoint(idempotent)]
    fn cut(&self, request: Text) -> Stream<Piece>;

    #[endpoint(idempotent)]
    fn count(&self, request: Text) -> Count;
}

pub fn contracts(contracts: &mut Contracts) {
    contracts.service::<TextsContract>();
}
