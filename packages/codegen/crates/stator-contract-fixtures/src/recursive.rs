use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Tree {
    pub value: u8,
    pub children: Vec<Tree>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub enum Expression {
    Number(f64),
    Not(Box<Expression>),
    Add {
        left: Box<Expression>,
        right: Box<Expression>,
    },
    All(Vec<Expression>),
}
