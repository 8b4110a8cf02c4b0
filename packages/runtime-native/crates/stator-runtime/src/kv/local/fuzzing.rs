//! What the folder of a store holds, for `fuzz`.

use super::{change::Change, snapshot, state::State};

/// Reads a snapshot, or begins with nothing, and applies changes; gives the state as it is written, and as what was
/// written is read and written again.
pub fn replay<'a>(start: &[u8], changes: impl Iterator<Item = &'a [u8]>) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut state = snapshot::decode(start.to_vec()).unwrap_or_else(|_| State::default());
    for content in changes {
        // The last number has nothing behind it.
        if state.revision + 1 == u64::MAX {
            break;
        }
        state.apply(Change::decode(content.to_vec()));
    }
    let written = snapshot::encode(&state).ok()?;
    let again =
        snapshot::decode(written.clone()).and_then(|state| snapshot::encode(&state).map_err(|error| error.to_string()));
    Some((written, again.ok()?))
}

/// A change as it is written, and as what was written is read and written again.
pub fn change(content: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let written = Change::decode(content.to_vec()).encode().ok()?;
    let again = Change::decode(written.clone()).encode().ok()?;
    Some((written, again))
}
