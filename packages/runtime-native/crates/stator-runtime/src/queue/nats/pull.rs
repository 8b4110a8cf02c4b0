use std::time::Duration;

use async_nats::{Message, Subscriber};
use bytes::Bytes;
use futures::StreamExt;
use serde_json::json;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::{
    link::Link,
    message::taken,
    names::{CONSUMER, Names},
};
use crate::{Error, ErrorCode, Result, queue::Taken};

/// How long the server keeps one request. It is asked again then, as it may have lost the request.
const EXPIRES: Duration = Duration::from_secs(5);
/// How much later than that its answer may come.
const GRACE: Duration = Duration::from_secs(2);
/// For what is still on its way to somebody who does not wait any more.
const LEFT_BEHIND: Duration = Duration::from_secs(10);
/// Before the next request after one that the server refused.
const PAUSE: Duration = Duration::from_millis(200);

const NO_RESPONDERS: u16 = 503;
const NO_MESSAGES: u16 = 404;
const TIMED_OUT: u16 = 408;

/// The next job of a queue. Over broken connections and restarts of the server it goes on.
pub(super) async fn pull(link: &Link, names: &Names, until: Option<Instant>) -> Result<Option<Taken>> {
    let subject = format!("$JS.API.CONSUMER.MSG.NEXT.{}.{CONSUMER}", names.stream);
    loop {
        let count = match until {
            Some(until) if !link.is_up(until).await => return Ok(None),
            _ => link.wait_until_up().await,
        };
        let left = until.map_or(EXPIRES, |until| until.saturating_duration_since(Instant::now()));
        // A wait that is over still gets what is there.
        let request = if left.is_zero() {
            json!({ "batch": 1, "no_wait": true })
        } else {
            json!({ "batch": 1, "expires": nanoseconds(left.min(EXPIRES)) })
        };
        let Some(mut pulling) = Pulling::begin(link, &subject, request.to_string().into()).await else {
            sleep(PAUSE).await;
            continue;
        };
        let answer = tokio::select! {
            answer = timeout(left.min(EXPIRES) + GRACE, pulling.answer()) => answer.ok().flatten(),
            () = link.changed_since(count) => continue,
        };
        let Some(message) = answer else {
            // A consumer always says when the time of a request is over; for one that is gone nobody does.
            missing(link, names).await?;
            if until.is_some_and(|until| until <= Instant::now()) {
                return Ok(None);
            }
            continue;
        };
        let status = message.status.map(|status| status.as_u16());
        match status {
            None => match taken(link, message, Instant::now()) {
                Some(taken) => return Ok(Some(taken)),
                None => tracing::warn!(nats = %link.location, "a message that is no job came for a worker"),
            },
            Some(NO_MESSAGES | TIMED_OUT) => {
                if until.is_some_and(|until| until <= Instant::now()) {
                    return Ok(None);
                }
            }
            Some(status) => {
                let reason = message.description.unwrap_or_default();
                if status == NO_RESPONDERS || reason.contains("Deleted") {
                    missing(link, names).await?;
                }
                tracing::debug!(nats = %link.location, status, reason, "NATS did not give a job");
                sleep(PAUSE).await;
                if until.is_some_and(|until| until <= Instant::now()) {
                    return Ok(None);
                }
            }
        }
    }
}

/// Nobody answers for the consumer, or the server says that it is gone: then so is the queue. Else JetStream is not up yet.
async fn missing(link: &Link, names: &Names) -> Result<()> {
    let subject = format!("CONSUMER.INFO.{}.{CONSUMER}", names.stream);
    let asked = link
        .api::<serde_json::Value>(&subject, &json!({}), Instant::now() + EXPIRES)
        .await;
    match asked {
        Ok(Err(error)) if error.code() == usize::from(NO_MESSAGES) => Err(Error::new(
            ErrorCode::NotFound,
            format!(
                "NATS at {}: the stream {} or its consumer {CONSUMER} was deleted",
                link.location, names.stream
            ),
        )),
        // A server without JetStream may get it back with its next start.
        Ok(_) | Err(_) => Ok(()),
    }
}

/// A request for one job, with the place where the answer comes.
struct Pulling<'a> {
    link: &'a Link,
    /// None once there was an answer.
    answers: Option<Subscriber>,
}

impl<'a> Pulling<'a> {
    async fn begin(link: &'a Link, subject: &str, request: Bytes) -> Option<Self> {
        let inbox = link.client.new_inbox();
        let answers = link.client.subscribe(inbox.clone()).await.ok()?;
        let pulling = Self {
            link,
            answers: Some(answers),
        };
        let asked = link.client.publish_with_reply(subject.to_owned(), inbox, request);
        asked.await.ok()?;
        Some(pulling)
    }

    async fn answer(&mut self) -> Option<Message> {
        let answer = self.answers.as_mut()?.next().await;
        self.answers = None;
        answer
    }
}

impl Drop for Pulling<'_> {
    /// Nobody waits any more: the server forgets the request, and a job that was on its way goes to somebody else.
    fn drop(&mut self) {
        let Some(mut answers) = self.answers.take() else {
            return;
        };
        let client = self.link.client.clone();
        self.link.tasks.spawn(async move {
            let until = Instant::now() + LEFT_BEHIND;
            if !matches!(timeout_at(until, answers.drain()).await, Ok(Ok(()))) {
                return;
            }
            while let Ok(Some(message)) = timeout_at(until, answers.next()).await {
                if let (None, Some(reply)) = (message.status, message.reply) {
                    let _ = client.publish(reply, Bytes::from_static(b"-NAK")).await;
                }
            }
        });
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
