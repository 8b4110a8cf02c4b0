//! Records by which publishers are found, in the original's JSON.

use serde::{Deserialize, Serialize};

use super::EventScope;

/// Who publishes a topic, and how its events are received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventChannel {
    pub scope: EventScope,
    pub topic: String,
    /// The publisher's id.
    pub instance_id: u64,
    pub transport: ChannelTransport,
}

/// How the events of a channel travel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "config")]
pub enum ChannelTransport {
    Nats {
        subject_prefix: String,
    },
    Zmq {
        /// `tcp://IP:port`
        endpoint: String,
    },
    ZmqBroker {
        xsub_endpoints: Vec<String>,
        xpub_endpoints: Vec<String>,
    },
}

/// What else is known of a publisher. Its form is a matter of those who publish and subscribe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventSource {
    pub scope: EventScope,
    pub topic: String,
    pub publisher_id: u64,
    pub metadata: serde_json::Value,
}

/// Values carry a `type`.
#[derive(Serialize)]
#[serde(tag = "type")]
enum Written<'a> {
    EventChannel(&'a EventChannel),
    EventSource(&'a EventSource),
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Read {
    EventChannel(EventChannel),
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum ReadSource {
    EventSource(EventSource),
}

impl EventChannel {
    /// Where its record stands in its bucket.
    pub fn key(&self) -> String {
        format!("{}{:x}", self.scope.key_prefix(&self.topic), self.instance_id)
    }

    pub fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(&Written::EventChannel(self))
    }

    /// Reads the record that stands under `key`, or says why it is none.
    pub fn read(key: &str, value: &[u8]) -> Result<Self, String> {
        let Read::EventChannel(channel) = serde_json::from_slice(value).map_err(|error| error.to_string())?;
        match channel.key() {
            place if place == key => Ok(channel),
            place => Err(format!("its content belongs under the key {place}")),
        }
    }
}

impl EventSource {
    /// Where its record stands in its bucket.
    pub fn key(&self) -> String {
        format!("{}{:x}", self.scope.key_prefix(&self.topic), self.publisher_id)
    }

    pub fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(&Written::EventSource(self))
    }

    /// Reads the record that stands under `key`, or says why it is none.
    pub fn read(key: &str, value: &[u8]) -> Result<Self, String> {
        let ReadSource::EventSource(source) = serde_json::from_slice(value).map_err(|error| error.to_string())?;
        match source.key() {
            place if place == key => Ok(source),
            place => Err(format!("its content belongs under the key {place}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_those_of_the_original() -> serde_json::Result<()> {
        let channel = EventChannel {
            scope: EventScope::endpoint("hello", "backend", "generate"),
            topic: "kv-events".to_owned(),
            instance_id: 255,
            transport: ChannelTransport::Zmq {
                endpoint: "tcp://127.0.0.1:5555".to_owned(),
            },
        };
        let written: serde_json::Value = serde_json::from_slice(&channel.to_json()?)?;
        let expected = serde_json::json!({
            "type": "EventChannel",
            "scope": {
                "kind": "endpoint",
                "endpoint": {"namespace": "hello", "component": "backend", "name": "generate"},
            },
            "topic": "kv-events",
            "instance_id": 255,
            "transport": {"kind": "Zmq", "config": {"endpoint": "tcp://127.0.0.1:5555"}},
        });
        assert_eq!(written, expected);
        let key = "namespace/hello/component/backend/endpoint/generate/topic/kv-events/ff";
        assert_eq!(channel.key(), key);
        assert_eq!(EventChannel::read(key, &channel.to_json()?), Ok(channel.clone()));
        assert!(EventChannel::read("elsewhere", &channel.to_json()?).is_err());
        assert!(EventChannel::read(key, b"{}").is_err());
        Ok(())
    }
}
