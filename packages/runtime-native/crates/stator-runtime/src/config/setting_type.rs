use std::{net::IpAddr, path::PathBuf};

use serde::{Serialize, de::DeserializeOwned};

use super::{choice, kind::Kind, secret::Secret};
use crate::discovery::near_names;

/// A type that a setting may have. Errors are the middle of a sentence, or empty when [`Kind::allowed`] says it all.
pub(super) trait SettingType: Serialize + Sized {
    /// Reads a text of the environment.
    fn parse(text: &str, kind: &Kind) -> Result<Self, String>;

    /// Checks a value, wherever it came from.
    fn fits(&self, _kind: &Kind) -> bool {
        true
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl SettingType for $number {
            fn parse(text: &str, kind: &Kind) -> Result<Self, String> {
                kind.parse_number(text).and_then(|number| Self::try_from(number).ok()).ok_or_else(String::new)
            }

            fn fits(&self, kind: &Kind) -> bool {
                kind.contains(i64::from(*self))
            }
        }
    )*};
}

numbers!(u16, u32, i32);

impl SettingType for bool {
    fn parse(text: &str, _kind: &Kind) -> Result<Self, String> {
        match text.to_lowercase().as_str() {
            "1" | "true" | "yes" | "on" => Ok(true),
            "0" | "false" | "no" | "off" => Ok(false),
            _ => Err(String::new()),
        }
    }
}

impl SettingType for String {
    fn parse(text: &str, _kind: &Kind) -> Result<Self, String> {
        Ok(text.to_owned())
    }

    fn fits(&self, kind: &Kind) -> bool {
        kind.accepts_text(self)
    }
}

impl SettingType for Secret {
    fn parse(text: &str, _kind: &Kind) -> Result<Self, String> {
        Ok(Self::new(text))
    }

    fn fits(&self, _kind: &Kind) -> bool {
        !self.is_empty()
    }
}

impl SettingType for PathBuf {
    fn parse(text: &str, _kind: &Kind) -> Result<Self, String> {
        Ok(Self::from(text))
    }

    fn fits(&self, _kind: &Kind) -> bool {
        !self.as_os_str().is_empty()
    }
}

macro_rules! choices {
    ($($choice:ty),*) => {$(
        impl SettingType for $choice {
            fn parse(text: &str, kind: &Kind) -> Result<Self, String> {
                parse_choice(text, kind)
            }
        }
    )*};
}

choices!(
    choice::DiscoveryBackend,
    choice::EventPlane,
    choice::HealthStatus,
    choice::KvBackend,
    choice::QueueBackend,
    choice::RequestPlane,
    choice::NatsResponses,
    choice::RequestPlaneCodec,
    choice::ResponsePlane,
    choice::TlsClientAuth
);

fn parse_choice<T: DeserializeOwned>(text: &str, kind: &Kind) -> Result<T, String> {
    let word = text.to_lowercase();
    serde_json::from_value(serde_json::Value::from(word)).map_err(|_| refusal(text, kind))
}

/// Why a word is refused, when there is more to say than what is allowed.
pub(super) fn refusal(text: &str, kind: &Kind) -> String {
    let Kind::Choice(words, refused) = kind else {
        return String::new();
    };
    let word = text.to_lowercase();
    if let Some((_, reason)) = refused.iter().find(|(known, _)| *known == word) {
        return (*reason).to_owned();
    }
    let near = near_names(&word, words.iter().copied());
    near.first()
        .map(|name| format!("did you mean {name}?"))
        .unwrap_or_default()
}

/// The address that a text names. Nothing is looked up.
pub(super) fn parse_address(text: &str) -> Option<IpAddr> {
    if text.eq_ignore_ascii_case("localhost") {
        Some(IpAddr::from([127, 0, 0, 1]))
    } else {
        text.parse().ok()
    }
}
