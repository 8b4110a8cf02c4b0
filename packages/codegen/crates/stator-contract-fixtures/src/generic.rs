use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(tag = "side", content = "value")]
pub enum Either<L, R> {
    Left(L),
    Right(R),
}
