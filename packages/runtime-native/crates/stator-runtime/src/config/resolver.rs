use super::{Kind, Setting, Source, setting_type::SettingType};
use crate::{Error, ErrorCode, Result};

/// No more of a wrong value than this is shown in a message, in characters.
const SHOWN: usize = 100;

/// Takes each setting from the highest layer that has it.
pub(super) struct Resolver<'a> {
    environment: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(environment: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { environment }
    }

    /// An empty or blank variable counts as not set.
    pub(super) fn pick<T: SettingType>(
        &self,
        setting: &Setting,
        option: Option<T>,
        default: impl FnOnce() -> T,
    ) -> Result<(T, Source)> {
        if let Some(value) = option {
            if value.fits(&setting.kind) {
                return Ok((value, Source::Option));
            }
            let shown = serde_json::to_value(&value).unwrap_or_default();
            return Err(wrong_option(setting, &shown, ""));
        }
        let Some((variable, text)) = setting
            .variable
            .and_then(|name| Some((name, (self.environment)(name)?)))
        else {
            return Ok((default(), Source::Default));
        };
        let text = text.trim();
        if text.is_empty() {
            return Ok((default(), Source::Default));
        }
        match T::parse(text, &setting.kind) {
            Ok(value) if value.fits(&setting.kind) => Ok((value, Source::Environment)),
            Ok(_) => Err(wrong(
                &format!("the environment variable {variable}"),
                setting,
                &format!("{text:?}"),
                "",
                true,
            )),
            Err(reason) => Err(wrong(
                &format!("the environment variable {variable}"),
                setting,
                &format!("{text:?}"),
                &reason,
                true,
            )),
        }
    }
}

/// The error of an option that has a wrong value.
pub(super) fn wrong_option(setting: &Setting, value: &serde_json::Value, reason: &str) -> Error {
    wrong(
        &format!("the option {}", setting.option),
        setting,
        &value.to_string(),
        reason,
        false,
    )
}

fn wrong(place: &str, setting: &Setting, value: &str, reason: &str, in_environment: bool) -> Error {
    let value = if matches!(setting.kind, Kind::Secret) {
        "a secret"
    } else {
        value
    };
    let mut shown: String = value.chars().take(SHOWN).collect();
    if shown.len() < value.len() {
        shown.push('…');
    }
    let reason = if reason.is_empty() {
        String::new()
    } else {
        format!(": {reason}")
    };
    let reason = reason.trim_end_matches('?');
    let mark = if reason.contains("did you mean") { "?" } else { ";" };
    Error::new(
        ErrorCode::InvalidArgument,
        format!(
            "{place} is {shown}, which will not do{reason}{mark} it must be {}",
            setting.kind.allowed(in_environment)
        ),
    )
}
