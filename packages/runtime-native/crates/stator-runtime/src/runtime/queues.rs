use super::DistributedRuntime;
use crate::{
    Error, ErrorCode, Result,
    queue::{Queue, QueueOptions},
};

impl DistributedRuntime {
    /// The queue of that name, where the configuration says; it is made if there is none. What was taken and has no answer
    /// is given back when this runtime shuts down.
    ///
    /// Fails with `invalid_argument`, with `conflict` when there is one with other settings than the options name, and with
    /// `unavailable` or `permission_denied` when the back end cannot be used. Present in runtimes made by
    /// [`DistributedRuntime::connect`].
    pub async fn queue(&self, name: &str, options: &QueueOptions) -> Result<Queue> {
        let queues = self.0.queues.get().ok_or_else(|| {
            let message = "this runtime has no queues: it was not made from a configuration";
            Error::new(ErrorCode::InvalidArgument, message)
        })?;
        queues.open(name, options).await
    }
}
