use serde_json::{Map, Value};

use super::{RuntimeOptions, SETTINGS, resolver::wrong_option, setting_type::refusal};
use crate::{Error, ErrorCode, Result, discovery::near_names};

impl RuntimeOptions {
    /// Reads the options as a caller in another language gives them; `null` counts as not given.
    ///
    /// Fails with `invalid_argument`; the message names the option, its value and what it must be, or for an unknown
    /// option the nearest known one.
    pub fn from_json(json: Value) -> Result<Self> {
        let given = match json {
            Value::Null => Map::new(),
            Value::Object(given) => given,
            other => {
                let text = format!("the options are {other}, which will not do; they must be an object");
                return Err(Error::new(ErrorCode::InvalidArgument, text));
            }
        };
        let mut accepted = Map::new();
        for (option, value) in given {
            if value.is_null() {
                continue;
            }
            let Some(setting) = SETTINGS.iter().find(|setting| setting.option == option) else {
                return Err(unknown(&option));
            };
            // One at a time, because an error of the whole would not say which option it means.
            let alone = Value::Object(Map::from_iter([(option.clone(), value.clone())]));
            if serde_json::from_value::<Self>(alone).is_err() {
                let reason = value
                    .as_str()
                    .map(|word| refusal(word, &setting.kind))
                    .unwrap_or_default();
                return Err(wrong_option(setting, &value, &reason));
            }
            accepted.insert(option, value);
        }
        serde_json::from_value(Value::Object(accepted))
            .map_err(|error| Error::new(ErrorCode::InvalidArgument, format!("the options will not do: {error}")))
    }
}

fn unknown(option: &str) -> Error {
    let known = || SETTINGS.iter().map(|setting| setting.option);
    let near = near_names(option, known());
    let hint = match near.first() {
        Some(name) => format!("did you mean {name}?"),
        None => format!("the options are {}", known().collect::<Vec<_>>().join(", ")),
    };
    Error::new(
        ErrorCode::InvalidArgument,
        format!("there is no option {option:?}; {hint}"),
    )
}
