use indexmap::{IndexMap, IndexSet};
use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use std::collections::BTreeMap;
use ts_rs::TS;
use url::Url;
use uuid::Uuid;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
pub struct Ids {
    pub id: Uuid,
    pub parents: Vec<Uuid>,
    pub home: Url,
    pub logo: Option<Url>,
    pub by_id: BTreeMap<Uuid, u8>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
pub struct Ordered {
    pub map: IndexMap<String, u8>,
    pub ordered_set: IndexSet<String>,
}
