use std::{sync::Arc, time::Duration};

use async_nats::jetstream::{
    ErrorCode as ApiCode,
    consumer::Info as ConsumerInfo,
    stream::{Config, DiscardPolicy, Info as StreamInfo, RetentionPolicy, StorageType},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::time::{Instant, timeout};

use super::{
    failure::refused,
    link::{Link, PATIENCE},
    names::{CONSUMER, Names},
    nats_store::NatsStore,
};
use crate::{
    Result,
    discovery::BoxFuture,
    nats::NatsOptions,
    queue::{Broker, QueueOptions, QueueSettings, Store},
};

/// The most jobs that workers may have at once, those that wait for their redelivery among them.
const MAX_ACK_PENDING: u32 = 65_536;
/// The most workers that may wait at once.
const MAX_WAITING: u32 = 16_384;
/// For the answers that are still under way at the end.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Queues through one connection to NATS.
pub struct NatsBroker {
    link: Link,
}

/// What JetStream has no setting for, in the description of the stream.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Described {
    ack_wait_ms: u64,
    max_deliveries: u32,
    dead_letter: bool,
}

impl NatsBroker {
    /// Connects; tries for as long as the options say. Fails with `unavailable`, `permission_denied`, or
    /// `invalid_argument`.
    pub async fn connect(options: &NatsOptions) -> Result<Self> {
        Ok(Self {
            link: Link::connect(options).await?,
        })
    }

    async fn open_queue(&self, name: &str, options: &QueueOptions) -> Result<NatsStore> {
        let names = Names::new(name);
        let info = self.stream(&names, options).await?;
        let mut settings = settings_of(&info.config);
        if described(&info.config).is_none()
            && let Some(consumer) = self.consumer(&names).await?
        {
            settings.ack_wait = consumer.config.ack_wait;
        }
        settings.check(name, options)?;
        if self.consumer(&names).await?.is_none() {
            self.make_consumer(&names, &settings).await?;
        }
        if settings.dead_letter {
            self.make_dead_stream(&names, &settings).await?;
        }
        Ok(NatsStore {
            link: self.link.clone(),
            names,
            name: name.to_owned(),
            settings,
            made: info.created.unix_timestamp_nanos(),
        })
    }

    /// The stream with the jobs; it is made if there is none.
    async fn stream(&self, names: &Names, options: &QueueOptions) -> Result<StreamInfo> {
        let subject = format!("STREAM.INFO.{}", names.stream);
        if let Some(found) = self.find(&subject).await? {
            return Ok(found);
        }
        let config = stream_config(names, &QueueSettings::new(options));
        let make = format!("STREAM.CREATE.{}", names.stream);
        let until = Instant::now() + PATIENCE;
        match self.link.api::<StreamInfo>(&make, &config, until).await? {
            Ok(made) => Ok(made),
            // Somebody else was first.
            Err(error) if error.error_code() == ApiCode::STREAM_NAME_EXIST => {
                self.link.must(&subject, &json!({}), "the queue cannot be read").await
            }
            Err(error) => Err(refused(&self.link.location, "the queue cannot be made", &error)),
        }
    }

    async fn consumer(&self, names: &Names) -> Result<Option<ConsumerInfo>> {
        self.find(&format!("CONSUMER.INFO.{}.{CONSUMER}", names.stream)).await
    }

    async fn make_consumer(&self, names: &Names, settings: &QueueSettings) -> Result<()> {
        let subject = format!("CONSUMER.DURABLE.CREATE.{}.{CONSUMER}", names.stream);
        let request = json!({
            "stream_name": names.stream,
            "config": {
                "durable_name": CONSUMER,
                "deliver_policy": "all",
                "ack_policy": "explicit",
                "replay_policy": "instant",
                "ack_wait": u64::try_from(settings.ack_wait.as_nanos()).unwrap_or(u64::MAX),
                // We count ourselves: the server would leave the job where it is and say nothing.
                "max_deliver": -1,
                "max_ack_pending": MAX_ACK_PENDING,
                "max_waiting": MAX_WAITING,
            },
        });
        let what = "the queue's consumer cannot be made";
        self.link.must::<ConsumerInfo>(&subject, &request, what).await?;
        Ok(())
    }

    async fn make_dead_stream(&self, names: &Names, settings: &QueueSettings) -> Result<()> {
        let found: Option<StreamInfo> = self.find(&format!("STREAM.INFO.{}", names.dead_stream)).await?;
        if found.is_some() {
            return Ok(());
        }
        let config = Config {
            name: names.dead_stream.clone(),
            subjects: vec![names.dead_filter()],
            retention: RetentionPolicy::Limits,
            discard: DiscardPolicy::New,
            storage: StorageType::File,
            max_messages: settings.max_messages.cast_signed(),
            max_bytes: settings.max_bytes.cast_signed(),
            num_replicas: settings.replicas.into(),
            description: Some(format!("dead letters of {}", names.stream)),
            ..Config::default()
        };
        let make = format!("STREAM.CREATE.{}", names.dead_stream);
        let until = Instant::now() + PATIENCE;
        match self.link.api::<StreamInfo>(&make, &config, until).await? {
            Ok(_) => Ok(()),
            Err(error) if error.error_code() == ApiCode::STREAM_NAME_EXIST => Ok(()),
            Err(error) => Err(refused(
                &self.link.location,
                "the dead letters' stream cannot be made",
                &error,
            )),
        }
    }

    /// What there is, if there is.
    async fn find<T: serde::de::DeserializeOwned>(&self, subject: &str) -> Result<Option<T>> {
        match self.link.api(subject, &json!({}), Instant::now() + PATIENCE).await? {
            Ok(found) => Ok(Some(found)),
            Err(error)
                if matches!(
                    error.error_code(),
                    ApiCode::STREAM_NOT_FOUND | ApiCode::CONSUMER_NOT_FOUND
                ) =>
            {
                Ok(None)
            }
            Err(error) => Err(refused(&self.link.location, "the queue cannot be read", &error)),
        }
    }
}

impl Broker for NatsBroker {
    fn name(&self) -> &'static str {
        "nats"
    }

    fn open<'a>(&'a self, name: &'a str, options: &'a QueueOptions) -> BoxFuture<'a, Result<Arc<dyn Store>>> {
        Box::pin(async move { Ok(Arc::new(self.open_queue(name, options).await?) as Arc<dyn Store>) })
    }

    fn close<'a>(&'a self) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let _ = timeout(LAST_WORDS, self.link.client.flush()).await;
            // It ends the connection's task; one that is away cannot be told.
            let _ = timeout(LAST_WORDS, self.link.client.drain()).await;
        })
    }
}

fn stream_config(names: &Names, settings: &QueueSettings) -> Config {
    let described = Described {
        ack_wait_ms: u64::try_from(settings.ack_wait.as_millis()).unwrap_or(u64::MAX),
        max_deliveries: settings.max_deliveries,
        dead_letter: settings.dead_letter,
    };
    Config {
        name: names.stream.clone(),
        subjects: vec![names.subject.clone()],
        retention: RetentionPolicy::WorkQueue,
        discard: DiscardPolicy::New,
        storage: StorageType::File,
        max_messages: settings.max_messages.cast_signed(),
        max_bytes: settings.max_bytes.cast_signed(),
        max_age: settings.max_age.unwrap_or_default(),
        duplicate_window: settings.dedup_window,
        num_replicas: settings.replicas.into(),
        // It holds nothing that could not be written.
        description: serde_json::to_string(&described).ok(),
        ..Config::default()
    }
}

/// What a stream is like, whoever made it.
fn settings_of(config: &Config) -> QueueSettings {
    let default = QueueSettings::default();
    let described = described(config);
    let limit = |number: i64| {
        u64::try_from(number)
            .ok()
            .filter(|limit| *limit > 0)
            .unwrap_or(u64::MAX)
    };
    QueueSettings {
        ack_wait: described.as_ref().map_or(default.ack_wait, |described| {
            Duration::from_millis(described.ack_wait_ms)
        }),
        max_deliveries: described
            .as_ref()
            .map_or(default.max_deliveries, |described| described.max_deliveries),
        dead_letter: described.as_ref().is_none_or(|described| described.dead_letter),
        max_messages: limit(config.max_messages),
        max_bytes: limit(config.max_bytes),
        max_age: (!config.max_age.is_zero()).then_some(config.max_age),
        dedup_window: config.duplicate_window,
        replicas: u8::try_from(config.num_replicas.max(1)).unwrap_or(u8::MAX),
    }
}

fn described(config: &Config) -> Option<Described> {
    serde_json::from_str(config.description.as_deref()?).ok()
}
