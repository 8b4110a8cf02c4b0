use std::fmt;

use serde::{Serialize, de::DeserializeOwned};
use stator_contract::{Contract, Misfit, Segment, check};
use stator_runtime::{
    Error, ErrorCode,
    error::Details,
    payload::{Lane, Payload},
};

/// Why a message is not what its contract says, with the path.
#[derive(Debug)]
pub(crate) enum Unfit {
    Misfit(Misfit),
    /// What serde says, and where it stopped.
    Unread {
        path: Vec<String>,
        text: String,
    },
}

impl fmt::Display for Unfit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Misfit(misfit) => misfit.fmt(formatter),
            Self::Unread { text, .. } => formatter.write_str(text),
        }
    }
}

impl Unfit {
    /// As the other languages have it: `details.issues` holds the path.
    fn into_error(self, code: ErrorCode, endpoint: &str) -> Error {
        #[derive(Serialize)]
        struct Issue {
            message: String,
            path: Vec<String>,
        }
        #[derive(Serialize)]
        struct Issues {
            issues: [Issue; 1],
        }
        let message = self.to_string();
        let path = match self {
            Self::Unread { path, .. } => path,
            Self::Misfit(misfit) => misfit.path().map(segment_text).collect(),
        };
        let mut error = Error::new(code, format!("{endpoint}: {message}"));
        let issues = [Issue { message, path }];
        error.details = Details::of(&Issues { issues }).ok();
        error
    }
}

fn segment_text(segment: &Segment) -> String {
    match segment {
        Segment::Key(key) => key.clone(),
        Segment::Index(index) => index.to_string(),
    }
}

/// Reads a message and checks it. `endpoint` stands in the error's message.
pub(crate) fn read<T: Contract + DeserializeOwned>(
    payload: &Payload,
    code: ErrorCode,
    endpoint: &str,
) -> Result<T, Error> {
    let got = match payload.lane {
        Lane::Text => return read_text(&payload.data).map_err(|unfit| unfit.into_error(code, endpoint)),
        Lane::Bytes => format!("{} raw bytes", payload.data.len()),
        Lane::Msgpack => "a value with bytes, or with keys that are no text, inside".to_owned(),
    };
    Err(Error::new(code, format!("{endpoint}: expected JSON, got {got}")))
}

/// Checks a message and writes it.
pub(crate) fn write<T: Contract + Serialize>(value: &T, code: ErrorCode, endpoint: &str) -> Result<Payload, Error> {
    check(value).map_err(|misfit| Unfit::Misfit(misfit).into_error(code, endpoint))?;
    serde_json::to_vec(value)
        .map(Payload::text)
        .map_err(|error| Error::new(code, format!("{endpoint}: the value has no JSON form: {error}")))
}

pub(crate) fn read_text<T: Contract + DeserializeOwned>(text: &[u8]) -> Result<T, Unfit> {
    // Following the path takes time, so only what fails is read once more.
    let value = serde_json::from_slice(text).map_err(|_| unread::<T>(text))?;
    check(&value).map_err(Unfit::Misfit)?;
    Ok(value)
}

fn unread<T: DeserializeOwned>(text: &[u8]) -> Unfit {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let result = serde_path_to_error::deserialize::<_, T>(&mut deserializer);
    let (path, error) = match result {
        Err(error) => (steps(error.path()), error.into_inner()),
        // The value was read; what comes after it is wrong.
        Ok(_) => match deserializer.end() {
            Err(error) => (Vec::new(), error),
            Ok(()) => (Vec::new(), serde::de::Error::custom("unreadable JSON")),
        },
    };
    let place = path.iter().fold(String::new(), |place, (step, is_index)| {
        match (is_index, place.is_empty()) {
            (true, _) => format!("{place}[{step}]"),
            (false, true) => step.clone(),
            (false, false) => format!("{place}.{step}"),
        }
    });
    let said = error.to_string();
    // A message on one line has no use for its line.
    let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(said, _)| said);
    Unfit::Unread {
        text: if place.is_empty() {
            said.to_owned()
        } else {
            format!("{place}: {said}")
        },
        path: path.into_iter().map(|(step, _)| step).collect(),
    }
}

/// The steps of a path, and whether each is an index.
fn steps(path: &serde_path_to_error::Path) -> Vec<(String, bool)> {
    use serde_path_to_error::Segment;
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some((index.to_string(), true)),
            Segment::Map { key } => Some((key.clone(), false)),
            Segment::Enum { variant } => Some((variant.clone(), false)),
            Segment::Unknown => None,
        })
        .collect()
}
