use std::time::SystemTime;

use async_nats::{HeaderMap, Message, Subject, jetstream};
use tokio::time::Instant;

use super::link::Link;
use crate::{
    payload::{Lane, Payload},
    queue::{NewJob, Receipt, Taken},
};

/// The id by which JetStream knows what it has already.
pub(super) const MSG_ID: &str = "Nats-Msg-Id";
/// The id of the job, where that is another one.
pub(super) const JOB_ID: &str = "Stator-Job-Id";
/// In which form the value is. Without it, JSON.
pub(super) const CONTENT_TYPE: &str = "Content-Type";

/// The headers of a new job.
pub(super) fn headers(job: &NewJob) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(MSG_ID, job.id.as_str());
    headers.insert(CONTENT_TYPE, content_type(job.payload.lane));
    headers
}

pub(super) fn content_type(lane: Lane) -> &'static str {
    match lane {
        Lane::Text => "application/json",
        Lane::Bytes => "application/octet-stream",
        Lane::Msgpack => "application/msgpack",
    }
}

pub(super) fn lane(headers: Option<&HeaderMap>) -> Lane {
    match header(headers, CONTENT_TYPE) {
        Some("application/octet-stream") => Lane::Bytes,
        Some("application/msgpack" | "application/x-msgpack") => Lane::Msgpack,
        _ => Lane::Text,
    }
}

pub(super) fn header<'a>(headers: Option<&'a HeaderMap>, name: &str) -> Option<&'a str> {
    headers?.get(name).map(async_nats::HeaderValue::as_str)
}

/// The id of a job that anybody may have published.
pub(super) fn job_id(headers: Option<&HeaderMap>, sequence: u64) -> String {
    let given = header(headers, JOB_ID).or_else(|| header(headers, MSG_ID));
    given.map_or_else(|| sequence.to_string(), str::to_owned)
}

/// How many bytes a message has, as the server counts them.
pub(super) fn size(headers: &HeaderMap, payload: &[u8]) -> usize {
    let lines = headers.iter().map(|(name, values)| {
        let name = name.to_string();
        let each = values.iter().map(|value| name.len() + value.as_str().len() + 4);
        each.sum::<usize>()
    });
    "NATS/1.0\r\n\r\n".len() + lines.sum::<usize>() + payload.len()
}

/// A job as the consumer delivers it; none for what is no delivery.
pub(super) fn taken(link: &Link, message: Message, since: Instant) -> Option<Taken> {
    let reply = message.reply.as_ref().map(Subject::to_string)?;
    let message = jetstream::Message {
        message,
        context: link.context.clone(),
    };
    let info = message.info().ok()?;
    let headers = message.message.headers.as_ref();
    Some(Taken {
        id: job_id(headers, info.stream_sequence),
        payload: Payload::new(lane(headers), message.message.payload.clone()),
        deliveries: u32::try_from(info.delivered).unwrap_or(u32::MAX),
        put_at: time_of(info.published.unix_timestamp_nanos()),
        receipt: Receipt {
            sequence: info.stream_sequence,
            delivery: info.consumer_sequence,
            reply,
        },
        since,
    })
}

pub(super) fn time_of(nanos: i128) -> SystemTime {
    let nanos = u64::try_from(nanos).unwrap_or(0);
    SystemTime::UNIX_EPOCH + std::time::Duration::from_nanos(nanos)
}
