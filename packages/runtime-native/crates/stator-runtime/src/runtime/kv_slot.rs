use std::sync::OnceLock;

use tokio::sync::OnceCell;

use super::DistributedRuntime;
use crate::{
    Error, ErrorCode, Result,
    closing::Closing,
    kv::{self, Kv, KvConfig},
};

/// The store of a runtime, which is opened when it is used first.
#[derive(Default)]
pub(super) struct KvSlot {
    config: OnceLock<KvConfig>,
    kv: OnceCell<Kv>,
    closing: Closing,
}

impl KvSlot {
    /// Says where the store is. The first word counts.
    pub(super) fn configure(&self, config: KvConfig) {
        let _ = self.config.set(config);
    }

    async fn get(&self) -> Result<Kv> {
        if self.closing.is_closed() {
            return Err(Error::new(ErrorCode::ShuttingDown, "this runtime has shut down"));
        }
        let opened = self.kv.get_or_try_init(|| async {
            let config = self.config.get().cloned();
            let config = config.unwrap_or_else(|| KvConfig::Memory(kv::local::MemoryStore::process()));
            Ok(Kv::new(kv::connect(config).await?))
        });
        opened.await.cloned()
    }

    pub(super) async fn close(&self) {
        self.closing.close();
        if let Some(kv) = self.kv.get() {
            kv.close().await;
        }
    }
}

impl DistributedRuntime {
    /// The store of keys and values, with its locks and elections. It is opened when it is asked for first, where the
    /// configuration says; without one it is in memory. What is held there is given up when this runtime shuts down.
    pub async fn kv(&self) -> Result<Kv> {
        self.0.kv.get().await
    }
}
