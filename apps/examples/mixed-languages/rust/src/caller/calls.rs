use std::{io, time::Duration};

use mixed_contract::{CountError, CounterClient, Words};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use stator_contract::Contract;
use stator_service::{Call as Request, Declared, Error, ErrorCode, Failure, Requests, Responses};
use tokio::sync::mpsc;

use crate::line::{Call, say};

/// Where the requests of a call go that takes a stream.
pub type Parts = mpsc::Sender<Value>;

/// Makes one call and says what came of it.
pub async fn run(client: CounterClient, call: Call, parts: mpsc::Receiver<Value>) -> io::Result<()> {
    let number = call.call;
    match dispatch(&client, call, parts).await {
        Ok(()) => say(&json!({ "call": number, "end": true })),
        Err(error) => say(&json!({ "call": number, "error": error })),
    }
}

async fn dispatch(client: &CounterClient, call: Call, mut parts: mpsc::Receiver<Value>) -> Result<(), Error> {
    let number = call.call;
    match call.method.as_str() {
        "exact" => one(number, made(client.exact(read(&call.request)?), &call).await),
        "count" => one(number, made(client.count(read(&call.request)?), &call).await),
        "split" => many(number, made(client.split(read(&call.request)?), &call).await).await,
        "wait" => many(number, made(client.wait(read(&call.request)?), &call).await).await,
        "collect" => {
            let upload = made(client.collect(), &call).await.map_err(Failure::into_error)?;
            while let Some(part) = parts.recv().await {
                match upload.send(read(&part)?).await {
                    // The call is over: its answer says why.
                    Err(failure) if failure.code() == ErrorCode::Cancelled => break,
                    sent => sent.map_err(Failure::into_error)?,
                }
            }
            one(number, upload.finish().await)
        }
        "tally" => {
            let (requests, responses) = made(client.tally(), &call).await.map_err(Failure::into_error)?;
            tokio::select! {
                // What was sent wrongly ends the call; what was not sent, its responses say.
                Err(error) = send_all(requests, parts) => Err(error),
                read = many(number, Ok(responses)) => read,
            }
        }
        method => Err(Error::new(
            ErrorCode::InvalidArgument,
            format!("there is no method {method}"),
        )),
    }
}

/// Adds what the line says of the call.
fn made<I, O, E, K>(mut request: Request<I, O, E, K>, call: &Call) -> Request<I, O, E, K> {
    if let Some(ms) = call.timeout_ms {
        request = request.timeout(Duration::from_millis(ms));
    }
    if let Some(instance) = call.instance.as_ref().and_then(|decimal| decimal.parse().ok()) {
        request = request.instance(instance);
    }
    request
}

async fn send_all(requests: Requests<Words, CountError>, mut parts: mpsc::Receiver<Value>) -> Result<(), Error> {
    while let Some(part) = parts.recv().await {
        match requests.send(read(&part)?).await {
            Err(failure) if failure.code() == ErrorCode::Cancelled => return Ok(()),
            sent => sent.map_err(Failure::into_error)?,
        }
    }
    requests.finish();
    Ok(())
}

fn one<O: Serialize, E>(number: u64, answer: Result<O, Failure<E>>) -> Result<(), Error> {
    item(number, &answer.map_err(Failure::into_error)?)
}

async fn many<O, E>(number: u64, responses: Result<Responses<O, E>, Failure<E>>) -> Result<(), Error>
where
    O: Contract + Serialize + DeserializeOwned,
    E: Declared,
{
    let mut responses = responses.map_err(Failure::into_error)?;
    while let Some(next) = responses.next().await.map_err(Failure::into_error)? {
        item(number, &next)?;
    }
    Ok(())
}

fn item(number: u64, item: &impl Serialize) -> Result<(), Error> {
    say(&json!({ "call": number, "item": item })).map_err(|error| Error::new(ErrorCode::Internal, error.to_string()))
}

fn read<T: DeserializeOwned>(request: &Value) -> Result<T, Error> {
    serde_json::from_value(request.clone()).map_err(|error| Error::new(ErrorCode::InvalidArgument, error.to_string()))
}
