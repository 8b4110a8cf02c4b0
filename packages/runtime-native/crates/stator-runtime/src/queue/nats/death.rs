use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_nats::{HeaderMap, jetstream::message::StreamMessage};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use super::message::{CONTENT_TYPE, JOB_ID, content_type, header, job_id, lane, time_of};
use crate::{
    payload::Payload,
    queue::{DeadLetter, DeadReason, Death, Taken},
};

const REASON: &str = "Stator-Dead-Reason";
const ERROR: &str = "Stator-Dead-Error";
const DELIVERIES: &str = "Stator-Deliveries";
const PUT_AT: &str = "Stator-Put-At";
/// The last number that was given on a subject: none, as there is one dead letter for a job.
const EXPECTED: &str = "Nats-Expected-Last-Subject-Sequence";

/// What has no place in a header.
const UNSAFE: &AsciiSet = &CONTROLS.add(b'%');

/// The headers of a dead letter.
pub(super) fn headers(taken: &Taken, death: &Death) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(EXPECTED, "0");
    headers.insert(CONTENT_TYPE, content_type(taken.payload.lane));
    headers.insert(JOB_ID, taken.id.as_str());
    headers.insert(REASON, death.reason.as_str());
    if let Some(error) = &death.error {
        headers.insert(ERROR, escaped(error).as_str());
    }
    headers.insert(DELIVERIES, taken.deliveries.to_string().as_str());
    headers.insert(PUT_AT, milliseconds(taken.put_at).to_string().as_str());
    headers
}

/// A dead letter as it was kept.
pub(super) fn letter(message: StreamMessage) -> DeadLetter {
    let headers = Some(&message.headers);
    let number = |name| header(headers, name).and_then(|text| text.parse::<u64>().ok());
    let dead_at = time_of(message.time.unix_timestamp_nanos());
    let reason = header(headers, REASON).map_or(DeadReason::Rejected, DeadReason::parse);
    let error = header(headers, ERROR).map(|text| percent_decode_str(text).decode_utf8_lossy().into_owned());
    DeadLetter {
        number: message.sequence,
        id: job_id(headers, message.sequence),
        payload: Payload::new(lane(headers), message.payload.clone()),
        death: Death { reason, error },
        deliveries: number(DELIVERIES).map_or(0, |count| u32::try_from(count).unwrap_or(u32::MAX)),
        put_at: number(PUT_AT)
            .and_then(|time| UNIX_EPOCH.checked_add(Duration::from_millis(time)))
            .unwrap_or(dead_at),
        dead_at,
    }
}

/// Spaces at the ends would not arrive.
fn escaped(error: &str) -> String {
    let middle = error.trim_matches(' ');
    let begin = error.len() - error.trim_start_matches(' ').len();
    let end = error.len() - begin - middle.len();
    format!(
        "{}{}{}",
        "%20".repeat(begin),
        utf8_percent_encode(middle, UNSAFE),
        "%20".repeat(end)
    )
}

fn milliseconds(time: SystemTime) -> u128 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis()
}
