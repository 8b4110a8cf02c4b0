use std::{collections::BTreeSet, sync::Arc};

use parking_lot::Mutex;
use tokio::sync::watch;

use super::ModelRecord;
use crate::{
    Error, ErrorCode, Result,
    discovery::{Bucket, Discovery, Entries, KeptRecords},
    runtime::EndpointPath,
};

/// How many models one process may register.
const MAX_MODELS: usize = 1024;

/// What one runtime registers and knows of models.
pub struct Models {
    discovery: Arc<dyn Discovery>,
    records: Arc<KeptRecords>,
    names: Mutex<BTreeSet<String>>,
}

impl Models {
    /// Call it inside a Tokio runtime.
    pub fn new(discovery: Arc<dyn Discovery>) -> Self {
        Self {
            records: KeptRecords::new(Arc::clone(&discovery), "models", closed),
            discovery,
            names: Mutex::default(),
        }
    }

    /// Says that this process serves a model at an endpoint, for as long as it lives. The same place again replaces the card.
    ///
    /// Fails with `invalid_argument` for what is no card, `overloaded` for more than 1024, `discovery` and `shutting_down`.
    pub async fn register(&self, path: &EndpointPath, card: serde_json::Value, suffix: Option<String>) -> Result<()> {
        let record = ModelRecord {
            namespace: path.namespace.clone(),
            component: path.component.clone(),
            endpoint: path.endpoint.clone(),
            instance_id: 0,
            card_json: card,
            model_suffix: suffix,
        };
        let name = record.key();
        {
            let mut names = self.names.lock();
            if names.len() >= MAX_MODELS && !names.contains(&name) {
                return Err(Error::new(
                    ErrorCode::Overloaded,
                    format!("this process has registered {MAX_MODELS} models, and may not have more"),
                ));
            }
            names.insert(name.clone());
        }
        let made = move |instance_id| {
            let record = ModelRecord {
                instance_id,
                ..record.clone()
            };
            Ok((record.key(), record.to_json()?))
        };
        let put = self.records.put(Bucket::Models, &name, Arc::new(made)).await;
        if put.is_err() {
            self.names.lock().remove(&name);
        }
        put
    }

    /// Takes that back. What was never registered is no error.
    pub async fn unregister(&self, path: &EndpointPath, suffix: Option<String>) {
        let record = ModelRecord {
            namespace: path.namespace.clone(),
            component: path.component.clone(),
            endpoint: path.endpoint.clone(),
            instance_id: 0,
            card_json: serde_json::Value::Null,
            model_suffix: suffix,
        };
        let name = record.key();
        self.names.lock().remove(&name);
        self.records.withdraw(Bucket::Models, &name).await;
    }

    /// Follows the models of everybody.
    pub async fn watch(&self) -> Result<ModelWatch> {
        let entries = self.discovery.watch_entries(Bucket::Models).await?;
        Ok(ModelWatch { entries })
    }

    /// Takes everything away, and lets nothing new in.
    pub(crate) async fn close(&self) {
        self.records.close().await;
    }
}

/// The models that discovery knows.
#[derive(Clone)]
pub struct ModelWatch {
    entries: watch::Receiver<Entries>,
}

impl ModelWatch {
    /// All of them now, in the order of their keys. Records that cannot be read are left out and logged.
    pub fn models(&mut self) -> Vec<ModelRecord> {
        let entries = Arc::clone(&self.entries.borrow_and_update());
        entries
            .iter()
            .filter_map(|(key, value)| match ModelRecord::read(key, value) {
                Ok(record) => Some(record),
                Err(reason) => {
                    tracing::debug!(key, reason, "a record of a model is ignored");
                    None
                }
            })
            .collect()
    }

    /// Waits until there is something that [`ModelWatch::models`] has not shown; false when the connection is closed.
    pub async fn changed(&mut self) -> bool {
        self.entries.changed().await.is_ok()
    }
}

fn closed() -> Error {
    Error::new(
        ErrorCode::ShuttingDown,
        "models are not registered any more: the runtime is shutting down",
    )
}
