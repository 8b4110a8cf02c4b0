use std::{io, sync::Arc};

use crate::transport::{Link, PipeEnd, Step};

use super::{Connection, Shared, outbound::lost, tasks::EndOnPanic};

/// Memory that a pipe keeps for what comes next, in bytes.
const KEEP: usize = 512 * 1024;

/// A pipe inside the process: who writes into it may read the other end too, in place of a task that would have to be woken.
impl Connection {
    /// Lets other threads read and write at this end, if the link is a pipe.
    pub(super) fn attach_to_pipe(&self) -> bool {
        let Link::Memory(pipe) = &self.0.link else {
            return false;
        };
        let end = Arc::downgrade(&(Arc::clone(&self.0) as Arc<dyn PipeEnd>));
        pipe.attach(&end);
        true
    }

    /// Reads what nobody has promised to read.
    pub(super) async fn read_pipe(self) {
        let closed = self.0.closed.cancelled();
        tokio::pin!(closed);
        loop {
            tokio::select! {
                biased;
                () = &mut closed => return,
                // What is wrong with the pipe, reading tells.
                _ = self.0.link.readable() => self.take_from_pipe(),
            }
            tokio::task::coop::consume_budget().await;
        }
    }

    /// Takes what lies in the pipe. Observers are told before it returns.
    fn take_from_pipe(&self) {
        let Link::Memory(pipe) = &self.0.link else { return };
        let _guard = EndOnPanic(self);
        let mut kept = self.0.fed.lock();
        let kept = &mut *kept;
        match pipe.take(&mut kept.spare) {
            Ok(start) if start < kept.spare.len() => {
                self.feed_text(&mut kept.cut, &mut kept.events, &kept.spare[start..]);
                if kept.spare.capacity() > KEEP {
                    kept.spare = Vec::new();
                }
            }
            Ok(_) => self.feed_end(),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => self.fail(lost(&self.0.peer, &error.to_string())),
        }
    }
}

impl PipeEnd for Shared {
    fn now(self: Arc<Self>, step: Step) {
        let connection = Connection(self);
        match step {
            Step::Read => connection.take_from_pipe(),
            Step::Write => connection.flush(),
        }
    }

    fn later(self: Arc<Self>, step: Step) {
        match (step, &self.link) {
            (Step::Read, Link::Memory(pipe)) => pipe.wake_reader(),
            (Step::Read, _) => {}
            (Step::Write, _) => self.wake_writer.notify_one(),
        }
    }
}
