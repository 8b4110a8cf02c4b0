use serde::{Deserialize, Serialize};

use crate::{Error, ErrorCode, Result, discovery::validate_name};

/// A model that an instance of an endpoint serves: a record in `v1/mdc`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelRecord {
    pub namespace: String,
    pub component: String,
    pub endpoint: String,
    /// The instance that serves it.
    pub instance_id: u64,
    /// The model card.
    pub card_json: serde_json::Value,
    /// Tells apart what one instance serves at one endpoint, such as adapters of a model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_suffix: Option<String>,
}

/// Values carry a `type`.
#[derive(Serialize)]
#[serde(tag = "type")]
enum Written<'a> {
    Model(&'a ModelRecord),
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Read {
    Model(ModelRecord),
}

impl ModelRecord {
    /// Where it stands in its bucket: `{namespace}/{component}/{endpoint}/{instance in hex}[/{suffix}]`.
    pub fn key(&self) -> String {
        let Self {
            namespace,
            component,
            endpoint,
            instance_id,
            ..
        } = self;
        let place = format!("{namespace}/{component}/{endpoint}/{instance_id:x}");
        match &self.model_suffix {
            Some(suffix) => format!("{place}/{suffix}"),
            None => place,
        }
    }

    /// Fails with `invalid_argument` for a card that is no object, and for a suffix that cannot stand in a key.
    pub fn to_json(&self) -> Result<Vec<u8>> {
        if !self.card_json.is_object() {
            return Err(Error::new(
                ErrorCode::InvalidArgument,
                "a model card is an object, such as { \"display_name\": \"my-model\" }",
            ));
        }
        if let Some(suffix) = &self.model_suffix {
            validate_name("model suffix", suffix)?;
        }
        serde_json::to_vec(&Written::Model(self)).map_err(|error| {
            Error::new(
                ErrorCode::InvalidArgument,
                format!("the model card cannot be written: {error}"),
            )
        })
    }

    /// Reads the record that stands under `key`, or says why it is none.
    pub fn read(key: &str, value: &[u8]) -> std::result::Result<Self, String> {
        let Read::Model(record) = serde_json::from_slice(value).map_err(|error| error.to_string())?;
        match record.key() {
            place if place == key => Ok(record),
            place => Err(format!("its content belongs under the key {place}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(suffix: Option<&str>) -> ModelRecord {
        ModelRecord {
            namespace: "llm".to_owned(),
            component: "engine".to_owned(),
            endpoint: "generate".to_owned(),
            instance_id: u64::MAX,
            card_json: serde_json::json!({ "display_name": "m" }),
            model_suffix: suffix.map(str::to_owned),
        }
    }

    #[test]
    fn records_are_those_of_the_original() -> std::result::Result<(), Box<dyn std::error::Error>> {
        let written: serde_json::Value = serde_json::from_slice(&record(None).to_json()?)?;
        let expected = serde_json::json!({
            "type": "Model",
            "namespace": "llm",
            "component": "engine",
            "endpoint": "generate",
            "instance_id": u64::MAX,
            "card_json": { "display_name": "m" },
        });
        assert_eq!(written, expected);
        for (suffix, key) in [
            (None, "llm/engine/generate/ffffffffffffffff"),
            (Some("lora"), "llm/engine/generate/ffffffffffffffff/lora"),
        ] {
            let record = record(suffix);
            assert_eq!(record.key(), key);
            assert_eq!(ModelRecord::read(key, &record.to_json()?), Ok(record.clone()));
            assert!(ModelRecord::read("elsewhere", &record.to_json()?).is_err());
        }
        assert!(record(Some("a/b")).to_json().is_err());
        assert!(
            ModelRecord {
                card_json: serde_json::json!([]),
                ..record(None)
            }
            .to_json()
            .is_err()
        );
        Ok(())
    }
}
