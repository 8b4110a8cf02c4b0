use crate::Result;

use super::DistributedRuntime;

/// Faults that tests play with what is in memory, and that everything else takes for real.
impl DistributedRuntime {
    /// Discovery forgets this process, as after a lease that has run out, or takes it in again under another id. Fails with
    /// `invalid_argument` where discovery is not in memory.
    pub fn set_held(&self, held: bool) -> Result<()> {
        self.0.discovery.set_held(held)
    }

    /// Breaks the connections from here to an address, and makes none until it is told otherwise. Fails with
    /// `invalid_argument` where calls do not travel in memory.
    pub fn set_reachable(&self, address: &str, reachable: bool) -> Result<()> {
        self.0.plane.set_reachable(address, reachable)
    }
}
