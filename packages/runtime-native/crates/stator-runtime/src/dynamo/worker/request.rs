use std::{sync::Arc, time::Instant};

use crate::{
    Error, ErrorCode, Result,
    config::Secret,
    connection::{Accepted, End},
    dynamo::{
        Shared,
        faults::Fault,
        value,
        wire::{
            Unreadable,
            address::parse_path,
            control::{self, Control, Home, RequestType, StreamType},
            headers::{Headers, is_header},
            two_part,
        },
    },
    identity::ContractHash,
    wire::open::Metadata,
};

use super::{Answer, Answers, request_stream::RequestStream};

/// A request as some transport brought it.
#[derive(Debug)]
pub struct Request<'a> {
    /// What the record of the instance says behind the port.
    pub path: &'a [u8],
    pub headers: Headers,
    /// A two-part message.
    pub payload: &'a [u8],
}

/// A call as the endpoint's server sees it.
#[derive(Debug)]
pub struct Incoming {
    /// The instance that is meant, where the path says so.
    pub instance: Option<u64>,
    /// `namespace.component.endpoint`.
    pub path: String,
    pub id: String,
    pub metadata: Metadata,
    pub request_stream: bool,
    pub deadline: Option<Instant>,
    /// The contract that the caller was built with, if it is one of ours and says so.
    pub contract: Option<ContractHash>,
}

/// Finds the handler of a call, and has it open the call.
pub trait Taker: Send + Sync + 'static {
    /// Must not block, nor use the answer before it returns. An error refuses the call.
    fn take(&self, call: Incoming, answer: &Arc<Answer>, now: Instant) -> Result<Accepted>;
}

/// A request that was understood as far as it has to be before it is acknowledged.
pub(super) struct Understood<'a> {
    call: Incoming,
    control: Control,
    home: Home,
    request_home: Option<Home>,
    body: &'a [u8],
    token: Option<Secret>,
}

/// Takes a request: everything is checked before it is acknowledged, for the original's callers would wait for ever for
/// a call home that does not come. An error refuses it; the ack says so.
pub(super) fn take(shared: &Shared, answers: &Arc<Answers>, taker: &dyn Taker, request: Request<'_>) -> Result<()> {
    let path = request.path;
    let now = Instant::now();
    let Understood {
        call,
        control,
        home,
        request_home,
        body,
        token,
    } = understand(request, now).map_err(|why| {
        shared.faults.note(Fault::Request, &"a caller", &why);
        Error::new(ErrorCode::Protocol, format!("a request that is not acceptable: {why}"))
    })?;
    let token = token.as_ref().map(Secret::expose);
    shared.security.check_token(token, "a caller on the original's wire")?;
    let deadline = call.deadline;
    let mut scratch = Vec::new();
    let message = if request_home.is_none() {
        match value::read(control.payload_codec, body, &mut scratch) {
            Ok(message) => Some(message),
            Err(why) => {
                // Who can be called home is told what is wrong, which an ack cannot.
                let codec = control.payload_codec.as_str();
                let message = format!("the request is not readable as {codec}: {why}");
                let error = Error::new(ErrorCode::InvalidRequest, message);
                shared.faults.note(Fault::Request, &home, &error);
                answers.start(Answer::refusal(answers, shared.clone(), home, &error), None);
                return Ok(());
            }
        }
    } else {
        None
    };
    let answer = Answer::new(answers, shared.clone(), home, control.payload_codec);
    let Accepted { observer, group } = taker.take(call, &answer, now).map_err(|error| match error.code {
        ErrorCode::NotFound => {
            let path = String::from_utf8_lossy(path);
            Error::new(error.code, format!("unknown endpoint {path}"))
        }
        _ => error,
    })?;
    let requests = request_home.map(|home| RequestStream::new(shared.clone(), home, control.payload_codec));
    answer.attach(Arc::clone(&observer), group, requests.clone());
    match (message, requests) {
        (Some((lane, data)), _) => {
            observer.message(lane, data, u32::try_from(data.len()).unwrap_or(u32::MAX));
            observer.end(End::Finished);
        }
        (None, Some(requests)) => requests.start(observer),
        (None, None) => {}
    }
    answers.start(answer, deadline);
    Ok(())
}

pub(super) fn understand<'a>(request: Request<'a>, now: Instant) -> std::result::Result<Understood<'a>, Unreadable> {
    let path = std::str::from_utf8(request.path).map_err(|_| Unreadable::wrong("a path that is not UTF-8"))?;
    let (message, length) = two_part::split(request.payload, request.payload.len())?
        .ok_or_else(|| Unreadable::wrong("a message that is cut short"))?;
    if length != request.payload.len() {
        return Err(Unreadable::wrong("a message with bytes after its end"));
    }
    let mut control: Control = control::read("a control message", message.header)?;
    let home = control.connection_info.home(&control.id, StreamType::Response)?;
    let request_home = match (control.request_type, &control.request_stream_connection_info) {
        (RequestType::SingleIn, _) => None,
        (RequestType::ManyIn, Some(info)) => Some(info.home(&control.id, StreamType::Request)?),
        (RequestType::ManyIn, None) => {
            return Err(Unreadable::wrong(
                "a stream of requests without its connection information",
            ));
        }
    };
    // What is no path of ours is no endpoint of ours.
    let (instance, path) = match parse_path(path) {
        Some((instance, path)) => (Some(instance), path),
        None => (None, path.to_owned()),
    };
    let headers = request.headers;
    let token = headers.token().cloned();
    let (deadline, contract) = (headers.deadline(now), headers.contract());
    let mut metadata: Metadata = std::mem::take(&mut control.metadata).into_iter().collect();
    metadata.retain(|(key, _)| !is_header(key));
    metadata.extend(headers.into_metadata());
    Ok(Understood {
        call: Incoming {
            instance,
            path,
            id: control.id.clone(),
            metadata,
            request_stream: request_home.is_some(),
            deadline,
            contract,
        },
        control,
        home,
        request_home,
        body: message.body,
        token,
    })
}
