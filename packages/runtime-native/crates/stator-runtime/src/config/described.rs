use serde::Serialize;

use super::{Kind, Setting};

/// One setting with its value, for people who ask why it has it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Described {
    pub option: &'static str,
    /// The variable that sets it, where there is one.
    pub variable: Option<&'static str>,
    pub value: serde_json::Value,
    pub source: Source,
    pub about: &'static str,
    /// What it may be, as an option.
    pub allowed: String,
}

/// The layer that had the last word about a setting.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    Option,
    Environment,
    #[default]
    Default,
}

impl Described {
    pub(super) fn new(setting: &Setting, value: serde_json::Value, source: Source) -> Self {
        let value = match (setting.kind, source) {
            (Kind::Secret, Source::Option | Source::Environment) => serde_json::Value::from("***"),
            _ => value,
        };
        Self {
            option: setting.option,
            variable: setting.variable,
            value,
            source,
            about: setting.about,
            allowed: setting.kind.allowed(false),
        }
    }
}
