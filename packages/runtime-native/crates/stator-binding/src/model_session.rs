use std::{sync::Arc, time::Duration};

use serde_json::value::{RawValue, to_raw_value};
use stator_runtime::{
    DistributedRuntime, Error, ErrorCode, Result,
    models::{ModelRecord, Models},
    runtime::EndpointPath,
};
use tokio::{
    sync::{OnceCell, watch},
    time::sleep,
};

use crate::model_action::{ListedModel, ListedModels, ModelAction};

/// Between two lists.
const PACE: Duration = Duration::from_millis(20);

/// What JavaScript knows of models.
#[derive(Default)]
pub struct ModelSession {
    /// Followed once somebody asks.
    lists: OnceCell<watch::Receiver<List>>,
}

/// All models at one moment.
#[derive(Clone)]
struct List {
    revision: u32,
    models: Arc<Vec<ModelRecord>>,
}

impl ModelSession {
    /// Does what was asked; gives the answer as JSON.
    pub async fn run(&self, runtime: &DistributedRuntime, action: ModelAction) -> Result<Box<RawValue>> {
        let models = runtime.models();
        let answer = match action {
            ModelAction::Register { path, card, suffix } => {
                let card = serde_json::from_str(&card).map_err(|error| {
                    Error::new(
                        ErrorCode::InvalidArgument,
                        format!("the model card is no JSON: {error}"),
                    )
                })?;
                models.register(&EndpointPath::parse(&path)?, card, suffix).await?;
                to_raw_value(&())
            }
            ModelAction::Unregister { path, suffix } => {
                models.unregister(&EndpointPath::parse(&path)?, suffix).await;
                to_raw_value(&())
            }
            ModelAction::List { after } => to_raw_value(&self.next(models, after).await?),
        };
        answer.map_err(|error| {
            Error::new(
                ErrorCode::Internal,
                format!("a list of models that cannot be written: {error}"),
            )
        })
    }

    async fn next(&self, models: &Models, after: u32) -> Result<ListedModels> {
        let mut lists = self.lists.get_or_try_init(|| follow(models)).await?.clone();
        let list = lists.wait_for(|list| list.revision != after).await.map_err(|_| {
            Error::new(
                ErrorCode::ShuttingDown,
                "models are followed no more: the runtime is shutting down",
            )
        })?;
        Ok(ListedModels {
            revision: list.revision,
            models: list.models.iter().map(ListedModel::from).collect(),
        })
    }
}

/// Lists from now on. The last one ends with the connection to discovery.
async fn follow(models: &Models) -> Result<watch::Receiver<List>> {
    let mut found = models.watch().await?;
    let (sender, lists) = watch::channel(List {
        revision: 1,
        models: Arc::new(found.models()),
    });
    tokio::spawn(async move {
        while found.changed().await {
            let models = found.models();
            sender.send_if_modified(|list| {
                let changed = *list.models != models;
                if changed {
                    list.revision = list.revision.checked_add(1).unwrap_or(1);
                    list.models = Arc::new(models);
                }
                changed
            });
            // However fast models come and go, JavaScript is told in this pace.
            sleep(PACE).await;
        }
    });
    Ok(lists)
}
