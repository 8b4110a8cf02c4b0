use std::{io, thread};

use tokio::{
    runtime::{Builder, Handle},
    sync::oneshot,
};

/// The threads that the core runs on. Dropping it ends them.
///
/// One thread of its own is faster than a pool for this work, and leaves the other core to JavaScript.
pub struct IoThread {
    handle: Handle,
    stop: Option<oneshot::Sender<()>>,
}

impl IoThread {
    pub fn start(threads: usize) -> io::Result<Self> {
        let mut builder = if threads > 1 {
            let mut builder = Builder::new_multi_thread();
            builder.worker_threads(threads);
            builder
        } else {
            Builder::new_current_thread()
        };
        // Short blocking work only: the discovery folder.
        let tokio = builder
            .enable_all()
            .max_blocking_threads(4)
            .thread_name("stator-io")
            .build()?;
        let handle = tokio.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        thread::Builder::new().name("stator-io".to_owned()).spawn(move || {
            // Both ways, a message or a dropped sender, mean that this runtime is over.
            let _ = tokio.block_on(stopped);
            tokio.shutdown_background();
        })?;
        Ok(Self {
            handle,
            stop: Some(stop),
        })
    }

    pub fn handle(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for IoThread {
    fn drop(&mut self) {
        drop(self.stop.take());
    }
}
