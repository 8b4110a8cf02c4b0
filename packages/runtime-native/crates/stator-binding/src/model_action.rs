//! What JavaScript asks about models, and what it gets.

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use stator_runtime::models::ModelRecord;
use ts_rs::TS;

/// Something that is asked about models.
#[derive(Debug, Clone, Deserialize, Serialize, TS, Contract)]
#[serde(
    tag = "do",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum ModelAction {
    /// Says that this process serves a model at an endpoint.
    Register {
        path: String,
        /// JSON text.
        card: String,
        suffix: Option<String>,
    },
    /// Takes that back.
    Unregister { path: String, suffix: Option<String> },
    /// Answers a list when there is another one than that with this revision; the first one has the revision 1.
    List { after: u32 },
}

/// The models that discovery knows.
#[derive(Debug, Clone, Deserialize, Serialize, TS, Contract)]
pub struct ListedModels {
    /// Counts lists of this process.
    pub revision: u32,
    pub models: Vec<ListedModel>,
}

/// A model that an instance serves.
#[derive(Debug, Clone, Deserialize, Serialize, TS, Contract)]
#[serde(rename_all = "camelCase")]
pub struct ListedModel {
    pub namespace: String,
    pub component: String,
    pub endpoint: String,
    pub instance_id: u64,
    pub suffix: Option<String>,
    pub card: serde_json::Value,
}

impl From<&ModelRecord> for ListedModel {
    fn from(record: &ModelRecord) -> Self {
        Self {
            namespace: record.namespace.clone(),
            component: record.component.clone(),
            endpoint: record.endpoint.clone(),
            instance_id: record.instance_id,
            suffix: record.model_suffix.clone(),
            card: record.card_json.clone(),
        }
    }
}
