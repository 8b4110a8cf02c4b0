use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::state::{LeaseState, State, Stored};

/// A whole state as a file: a line of JSON, and behind it all values.
#[derive(Serialize, Deserialize)]
struct Head {
    revision: u64,
    leases: Vec<LeaseHead>,
    entries: Vec<EntryHead>,
}

#[derive(Serialize, Deserialize)]
struct LeaseHead {
    id: u64,
    ttl: u64,
    deadline: u64,
}

#[derive(Serialize, Deserialize)]
struct EntryHead {
    key: String,
    created: u64,
    revision: u64,
    #[serde(default)]
    lease: u64,
    length: usize,
}

pub(super) fn encode(state: &State) -> serde_json::Result<Vec<u8>> {
    let head = Head {
        revision: state.revision,
        leases: state
            .leases
            .iter()
            .map(|(id, lease)| LeaseHead {
                id: *id,
                ttl: lease.ttl,
                deadline: lease.deadline,
            })
            .collect(),
        entries: state
            .entries
            .iter()
            .map(|(key, stored)| EntryHead {
                key: key.clone(),
                created: stored.created,
                revision: stored.revision,
                lease: stored.lease,
                length: stored.value.len(),
            })
            .collect(),
    };
    let mut content = serde_json::to_vec(&head)?;
    content.push(b'\n');
    for stored in state.entries.values() {
        content.extend_from_slice(&stored.value);
    }
    Ok(content)
}

/// Reads a snapshot, or says why it is none.
pub(super) fn decode(content: Vec<u8>) -> Result<State, String> {
    let end = content
        .iter()
        .position(|byte| *byte == b'\n')
        .ok_or("it has no line of JSON")?;
    let head: Head = serde_json::from_slice(&content[..end]).map_err(|error| error.to_string())?;
    if head.revision == u64::MAX {
        return Err("no change could follow it".to_owned());
    }
    let content = Bytes::from(content);
    let mut state = State::default();
    state.revision = head.revision;
    state.forgotten = head.revision;
    for LeaseHead { id, ttl, deadline } in head.leases {
        let lease = LeaseState {
            ttl,
            deadline,
            ..LeaseState::default()
        };
        state.leases.insert(id, lease);
    }
    let mut at = end + 1;
    for entry in head.entries {
        let to = at.checked_add(entry.length).filter(|to| *to <= content.len());
        let to = to.ok_or("it is cut off")?;
        let stored = Stored {
            // Of its own, so that one value does not keep all of the file in memory.
            value: Bytes::copy_from_slice(&content[at..to]),
            created: entry.created,
            revision: entry.revision,
            lease: entry.lease,
        };
        state.restore(entry.key, stored);
        at = to;
    }
    Ok(state)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_there_twice_counts_once() -> Result<(), String> {
        let head = r#"{"revision":7,"leases":[{"id":1,"ttl":2,"deadline":3}],"entries":[
            {"key":"a","created":1,"revision":1,"lease":1,"length":1},
            {"key":"a","created":2,"revision":2,"length":2}]}"#;
        let head = head.replace('\n', "");
        let state = decode(format!("{head}\nxyz").into_bytes())?;
        assert_eq!(state.get("a").map(|entry| entry.value), Some(Bytes::from("yz")));
        assert!(state.leases.values().all(|lease| lease.keys.is_empty()));
        Ok(())
    }

    #[test]
    fn what_nothing_could_follow_is_no_snapshot() {
        let content = format!("{{\"revision\":{},\"leases\":[],\"entries\":[]}}\n", u64::MAX);
        assert!(decode(content.into_bytes()).is_err());
    }
}
