use std::time::Duration;

use serde_json::json;

use crate::{Error, ErrorCode, error::Details, identity::Standing};

use super::{Inner, Worker};

impl Inner {
    /// Why nobody can be called: only incompatible instances are there, or none.
    pub(super) fn nobody(&self, waited: Duration) -> Error {
        let workers = self.workers.snapshot();
        let incompatible = workers
            .iter()
            .find(|worker| worker.standing() == Standing::Incompatible);
        incompatible.map_or_else(|| self.no_instances(waited), |worker| self.mismatch(worker))
    }

    /// The error of a call that `worker` would not understand.
    pub(super) fn mismatch(&self, worker: &Worker) -> Error {
        let breaks = worker.breaks();
        let count = self
            .workers
            .snapshot()
            .iter()
            .filter(|other| other.standing() == Standing::Incompatible)
            .count();
        let others = match count {
            0 | 1 => String::new(),
            count => format!(", and so do {} others", count - 1),
        };
        let more = match breaks.len() {
            0 | 1 => String::new(),
            count => format!(" (and {} more)", count - 1),
        };
        let first = breaks.first().map_or("", String::as_str);
        let (ours, theirs) = worker.pair().map_or_else(Default::default, |pair| {
            (pair.ours.to_string(), pair.theirs.to_string())
        });
        let mut error = Error::new(
            ErrorCode::VersionMismatch,
            format!(
                "{}: instance {} serves another contract than this caller was built with{others}, and the two do not fit: \
                 {first}{more}; bring caller and service to one contract, or keep a service of the caller's version",
                self.path,
                worker.id(),
            ),
        );
        let details = json!({ "callerContract": ours, "serviceContract": theirs, "breaks": breaks });
        // A value of JSON has a JSON form.
        error.details = Details::of(&details).ok();
        error.from_instance(worker.id())
    }
}
