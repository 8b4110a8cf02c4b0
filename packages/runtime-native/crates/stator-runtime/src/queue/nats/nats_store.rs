use std::time::Duration;

use async_nats::{
    HeaderMap,
    jetstream::{
        ErrorCode as ApiCode,
        consumer::Info as ConsumerInfo,
        publish::PublishAck,
        response::Response,
        stream::{Info as StreamInfo, LastRawMessageErrorKind},
    },
};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;
use tokio::time::{Instant, sleep, timeout};

use super::{
    death,
    failure::{refused, unreached},
    link::{Failed, Link, PATIENCE, PAUSE, unexpected},
    message::{CONTENT_TYPE, JOB_ID, MSG_ID, content_type, headers, size},
    names::{CONSUMER, Names},
    pull::pull,
};
use crate::{
    Error, ErrorCode, Result,
    discovery::BoxFuture,
    queue::{
        DeadLetter, DeadPage, Death, Info, NewJob, QueueSettings, Receipt, Settle, Store, Stored, Taken,
        limits::{MAX_PAGE_BYTES, full, too_large},
    },
};

/// What the headers of a dead letter need beside those of its job, so that every job can become one.
const RESERVED: usize = 1024;

/// One queue in JetStream.
pub(super) struct NatsStore {
    pub(super) link: Link,
    pub(super) names: Names,
    pub(super) name: String,
    pub(super) settings: QueueSettings,
    /// When the stream was made, in nanoseconds: numbers of jobs begin anew with each.
    pub(super) made: i128,
}

/// Why nothing was published.
enum Unpublished {
    Failed(Failed),
    Refused(async_nats::jetstream::Error),
    Broken(Error),
}

#[derive(Deserialize)]
struct Purged {
    purged: u64,
}

impl NatsStore {
    async fn put_job(&self, job: NewJob) -> Result<Stored> {
        let headers = headers(&job);
        let limit = self.link.client.max_payload().saturating_sub(RESERVED);
        let bytes = size(&headers, &job.payload.data);
        if bytes > limit {
            return Err(too_large(&self.name, bytes, limit));
        }
        let published = self
            .publish(&self.names.subject, headers, job.payload.data, job.until)
            .await;
        match published {
            Ok(ack) => Ok(Stored {
                duplicate: ack.duplicate,
            }),
            Err(Unpublished::Refused(error)) => Err(self.unstored("the jobs", "the job was not kept", &error)),
            Err(Unpublished::Failed(Failed::Unanswered)) => Err(Error::new(
                ErrorCode::UnknownOutcome,
                format!(
                    "NATS at {} was lost after it may have kept the job {:?} of the queue {:?}; put it again with the same \
                     id, and it is kept once",
                    self.link.location, job.id, self.name
                ),
            )),
            Err(Unpublished::Failed(failed)) => Err(self.link.unavailable(failed, "the job was not kept")),
            Err(Unpublished::Broken(error)) => Err(error),
        }
    }

    /// Publishes until JetStream has it. It must recognise what it has already.
    async fn publish(
        &self,
        subject: &str,
        headers: HeaderMap,
        payload: Bytes,
        until: Instant,
    ) -> Result<PublishAck, Unpublished> {
        let mut sent = false;
        loop {
            let attempt = self
                .link
                .attempt(subject, Some(headers.clone()), payload.clone(), until);
            let failed = match attempt.await {
                Ok(message) => {
                    let answer = serde_json::from_slice(&message.payload);
                    return match answer.map_err(|error| Unpublished::Broken(unexpected(&error)))? {
                        Response::Ok(ack) => Ok(ack),
                        Response::Err { error } => Err(Unpublished::Refused(error)),
                    };
                }
                Err(Failed::Refused(error)) => return Err(Unpublished::Failed(Failed::Refused(error))),
                Err(failed) => failed,
            };
            if matches!(failed, Failed::Nobody) {
                self.link.check_jetstream().map_err(Unpublished::Failed)?;
                self.check_stream(until).await.map_err(Unpublished::Broken)?;
            }
            sent |= matches!(failed, Failed::Unanswered);
            if Instant::now() + PAUSE >= until {
                let failed = if sent { Failed::Unanswered } else { Failed::Unsent };
                return Err(Unpublished::Failed(failed));
            }
            sleep(PAUSE).await;
        }
    }

    /// Fails when nobody takes jobs because the stream is gone.
    async fn check_stream(&self, until: Instant) -> Result<()> {
        let subject = format!("STREAM.INFO.{}", self.names.stream);
        match self.link.api::<serde_json::Value>(&subject, &json!({}), until).await {
            Ok(Err(error)) if error.error_code() == ApiCode::STREAM_NOT_FOUND => {
                Err(refused(&self.link.location, "the job was not kept", &error))
            }
            _ => Ok(()),
        }
    }

    /// Why JetStream did not keep something: mostly because there is no room.
    fn unstored(&self, which: &str, what: &str, error: &async_nats::jetstream::Error) -> Error {
        let reason = error.to_string();
        match error.error_code() {
            ApiCode::STREAM_STORE_FAILED if reason.contains("maximum") => full(&self.name, &self.settings, which),
            _ => refused(&self.link.location, what, error),
        }
    }

    async fn answer(&self, receipt: &Receipt, word: String) -> Result<()> {
        let until = Instant::now() + PATIENCE;
        match self.link.ask(&receipt.reply, word.into(), until).await {
            Ok(_) => Ok(()),
            Err(Failed::Unanswered) => Err(Error::new(
                ErrorCode::UnknownOutcome,
                format!(
                    "NATS at {} was lost after it may have heard the answer to a job of the queue {:?}; the job may come \
                     again",
                    self.link.location, self.name
                ),
            )),
            Err(failed) => Err(self
                .link
                .unavailable(failed, "the answer to a job did not arrive; it comes again")),
        }
    }

    async fn bury_job(&self, taken: &Taken, mut death: Death) -> Result<()> {
        let limit = self.link.client.max_payload();
        let mut headers = death::headers(taken, &death);
        if size(&headers, &taken.payload.data) > limit {
            death.error = death.error.map(|_| "(left out: too large)".to_owned());
            headers = death::headers(taken, &death);
        }
        let subject = self.names.dead_subject(self.made, taken.receipt.sequence);
        let until = Instant::now() + PATIENCE;
        match self.publish(&subject, headers, taken.payload.data.clone(), until).await {
            Ok(_) => {}
            // It was done before, and the answer did not arrive.
            Err(Unpublished::Refused(error)) if error.error_code() == ApiCode::STREAM_WRONG_LAST_SEQUENCE => {}
            Err(Unpublished::Refused(error)) => {
                return Err(self.unstored("the dead letters", "the dead letter was not kept", &error));
            }
            Err(Unpublished::Failed(failed)) => {
                return Err(self.link.unavailable(failed, "the dead letter was not kept"));
            }
            Err(Unpublished::Broken(error)) => return Err(error),
        }
        self.answer(&taken.receipt, "+TERM".to_owned()).await
    }

    async fn count(&self) -> Result<Info> {
        let what = "the queue cannot be read";
        let stream = format!("STREAM.INFO.{}", self.names.stream);
        let stream: StreamInfo = self.link.must(&stream, &json!({}), what).await?;
        let consumer = format!("CONSUMER.INFO.{}.{CONSUMER}", self.names.stream);
        let consumer: ConsumerInfo = self.link.must(&consumer, &json!({}), what).await?;
        let dead = if self.settings.dead_letter {
            let dead = format!("STREAM.INFO.{}", self.names.dead_stream);
            let dead: StreamInfo = self.link.must(&dead, &json!({}), what).await?;
            dead.state.messages
        } else {
            0
        };
        Ok(Info {
            ready: consumer.num_pending,
            in_flight: consumer.num_ack_pending as u64,
            dead,
            bytes: stream.state.bytes,
        })
    }

    /// The first dead letter whose number is not smaller, with its subject.
    async fn letter(&self, number: u64) -> Result<Option<(DeadLetter, String)>> {
        let failed =
            |reason: String| unreached(&self.link.location, &format!("a dead letter cannot be read: {reason}"));
        let stream = self.link.context.get_stream_no_info(&self.names.dead_stream).await;
        let stream = stream.map_err(|error| failed(error.to_string()))?;
        let asked = stream
            .raw_message_builder()
            .sequence(number)
            .next_by_subject(self.names.dead_filter())
            .send();
        if !self.link.is_up(Instant::now() + PATIENCE).await {
            return Err(failed("the connection is lost".to_owned()));
        }
        match timeout(PATIENCE, asked).await {
            Ok(Ok(message)) => {
                let subject = message.subject.to_string();
                Ok(Some((death::letter(message), subject)))
            }
            Ok(Err(error)) => match error.kind() {
                LastRawMessageErrorKind::NoMessageFound => Ok(None),
                LastRawMessageErrorKind::JetStream(error) if error.code() == 404 => Ok(None),
                LastRawMessageErrorKind::JetStream(error) => {
                    Err(refused(&self.link.location, "a dead letter cannot be read", &error))
                }
                _ => Err(failed(error.to_string())),
            },
            Err(_) => Err(failed("no answer".to_owned())),
        }
    }

    async fn letters(&self, after: u64, limit: usize) -> Result<DeadPage> {
        let mut page = DeadPage::default();
        let mut bytes = 0;
        let mut next = after.saturating_add(1);
        while let Some((letter, _)) = self.letter(next).await? {
            if page.letters.len() == limit || bytes >= MAX_PAGE_BYTES {
                page.more = true;
                break;
            }
            next = letter.number.saturating_add(1);
            bytes += letter.payload.data.len();
            page.letters.push(letter);
        }
        Ok(page)
    }

    async fn put_back(&self, number: u64) -> Result<bool> {
        let found = self.letter(number).await?;
        let Some((letter, subject)) = found.filter(|(letter, _)| letter.number == number) else {
            return Ok(false);
        };
        let mut headers = HeaderMap::new();
        // Of this death, so that a second attempt is recognised and another death is not.
        headers.insert(MSG_ID, format!("{subject}/{number}").as_str());
        headers.insert(JOB_ID, letter.id.as_str());
        headers.insert(CONTENT_TYPE, content_type(letter.payload.lane));
        let until = Instant::now() + PATIENCE;
        let published = self
            .publish(&self.names.subject, headers, letter.payload.data, until)
            .await;
        match published {
            Ok(_) => {}
            Err(Unpublished::Refused(error)) => {
                return Err(self.unstored("the jobs", "the dead letter was not put back", &error));
            }
            Err(Unpublished::Failed(failed)) => {
                return Err(self.link.unavailable(failed, "the dead letter was not put back"));
            }
            Err(Unpublished::Broken(error)) => return Err(error),
        }
        self.remove_letter(number).await?;
        Ok(true)
    }

    async fn remove_letter(&self, number: u64) -> Result<()> {
        let subject = format!("STREAM.MSG.DELETE.{}", self.names.dead_stream);
        let request = json!({ "seq": number, "no_erase": true });
        let what = "the dead letter cannot be removed";
        self.link.must::<serde_json::Value>(&subject, &request, what).await?;
        Ok(())
    }

    async fn purge(&self, number: Option<u64>) -> Result<u64> {
        if !self.settings.dead_letter {
            return Ok(0);
        }
        let Some(number) = number else {
            let subject = format!("STREAM.PURGE.{}", self.names.dead_stream);
            let what = "the dead letters cannot be removed";
            return Ok(self.link.must::<Purged>(&subject, &json!({}), what).await?.purged);
        };
        match self.letter(number).await? {
            Some((letter, _)) if letter.number == number => {
                self.remove_letter(number).await?;
                Ok(1)
            }
            _ => Ok(0),
        }
    }

    async fn delete_streams(&self) -> Result<()> {
        for stream in [&self.names.stream, &self.names.dead_stream] {
            let subject = format!("STREAM.DELETE.{stream}");
            let until = Instant::now() + PATIENCE;
            match self.link.api::<serde_json::Value>(&subject, &json!({}), until).await? {
                Ok(_) => {}
                Err(error) if error.error_code() == ApiCode::STREAM_NOT_FOUND => {}
                Err(error) => return Err(refused(&self.link.location, "the queue cannot be deleted", &error)),
            }
        }
        Ok(())
    }
}

impl Store for NatsStore {
    fn settings(&self) -> &QueueSettings {
        &self.settings
    }

    fn put<'a>(&'a self, job: NewJob) -> BoxFuture<'a, Result<Stored>> {
        Box::pin(self.put_job(job))
    }

    fn take<'a>(&'a self, until: Option<Instant>) -> BoxFuture<'a, Result<Option<Taken>>> {
        Box::pin(pull(&self.link, &self.names, until))
    }

    fn settle<'a>(&'a self, receipt: &'a Receipt, how: Settle) -> BoxFuture<'a, Result<()>> {
        let word = match how {
            Settle::Ack => "+ACK".to_owned(),
            Settle::Nack(delay) if delay.is_zero() => "-NAK".to_owned(),
            Settle::Nack(delay) => format!("-NAK {}", json!({ "delay": nanoseconds(delay) })),
            Settle::Extend => "+WPI".to_owned(),
        };
        Box::pin(self.answer(receipt, word))
    }

    fn bury<'a>(&'a self, taken: &'a Taken, death: Death) -> BoxFuture<'a, Result<()>> {
        Box::pin(self.bury_job(taken, death))
    }

    fn info<'a>(&'a self) -> BoxFuture<'a, Result<Info>> {
        Box::pin(self.count())
    }

    fn dead<'a>(&'a self, after: u64, limit: usize) -> BoxFuture<'a, Result<DeadPage>> {
        Box::pin(async move {
            if self.settings.dead_letter {
                self.letters(after, limit).await
            } else {
                Ok(DeadPage::default())
            }
        })
    }

    fn requeue<'a>(&'a self, number: u64) -> BoxFuture<'a, Result<bool>> {
        Box::pin(async move { Ok(self.settings.dead_letter && self.put_back(number).await?) })
    }

    fn purge_dead<'a>(&'a self, number: Option<u64>) -> BoxFuture<'a, Result<u64>> {
        Box::pin(self.purge(number))
    }

    fn delete<'a>(&'a self) -> BoxFuture<'a, Result<()>> {
        Box::pin(self.delete_streams())
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
