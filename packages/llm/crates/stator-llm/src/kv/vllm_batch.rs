use dynamo_kv_router::zmq_wire::{KvEventBatch, decode_event_batch};
use rmpv::Value;

/// Reads a batch in any of the forms that versions of vLLM write: lists or maps, with or without the rank, hashes as
/// integers or as bytes.
pub(super) fn read_batch(batch: &[u8]) -> Result<KvEventBatch, String> {
    let error = match decode_event_batch(batch) {
        Ok(batch) => return Ok(batch),
        Err(error) => format!("not a batch of vLLM's events: {error}"),
    };
    // The crate reads the form that is common; only the others are taken apart here.
    let Some(common) = common_form(batch) else {
        return Err(error);
    };
    decode_event_batch(&common).map_err(|error| format!("not a batch of vLLM's events: {error}"))
}

/// The same batch as `[ts, events, data_parallel_rank]`, with hashes that are integers. None if it is no batch at all.
fn common_form(mut bytes: &[u8]) -> Option<Vec<u8>> {
    let batch = rmpv::decode::read_value(&mut bytes).ok()?;
    let (ts, events, rank) = match batch {
        Value::Array(fields) => {
            let mut fields = fields.into_iter();
            (fields.next()?, fields.next()?, fields.next().unwrap_or(Value::Nil))
        }
        Value::Map(mut fields) => (
            take(&mut fields, "ts")?,
            take(&mut fields, "events")?,
            take(&mut fields, "data_parallel_rank").unwrap_or(Value::Nil),
        ),
        _ => return None,
    };
    let Value::Array(mut events) = events else { return None };
    for event in &mut events {
        integer_hashes(event);
    }
    let mut common = Vec::with_capacity(bytes.len());
    rmpv::encode::write_value(&mut common, &Value::Array(vec![ts, Value::Array(events), rank])).ok()?;
    Some(common)
}

fn take(fields: &mut [(Value, Value)], name: &str) -> Option<Value> {
    let (_, value) = fields.iter_mut().find(|(key, _)| key.as_str() == Some(name))?;
    Some(std::mem::replace(value, Value::Nil))
}

fn integer_hashes(event: &mut Value) {
    match event {
        Value::Map(fields) => {
            for (key, value) in fields {
                match key.as_str() {
                    Some("block_hashes") => integer_list(value),
                    Some("parent_block_hash") => integer(value),
                    _ => {}
                }
            }
        }
        // The tag, the hashes, and for `BlockStored` the parent.
        Value::Array(fields) => {
            let stored = fields.first().and_then(Value::as_str) == Some("BlockStored");
            if let Some(hashes) = fields.get_mut(1) {
                integer_list(hashes);
            }
            if let (true, Some(parent)) = (stored, fields.get_mut(2)) {
                integer(parent);
            }
        }
        _ => {}
    }
}

fn integer_list(value: &mut Value) {
    if let Value::Array(hashes) = value {
        hashes.iter_mut().for_each(integer);
    }
}

/// What vLLM itself makes of a hash when it is told to send integers: the last 8 bytes, the first one being the highest.
fn integer(value: &mut Value) {
    if let Value::Binary(bytes) = value {
        let tail = &bytes[bytes.len().saturating_sub(8)..];
        let hash = tail.iter().fold(0, |hash, byte| (hash << 8) | u64::from(*byte));
        *value = Value::from(hash);
    }
}
