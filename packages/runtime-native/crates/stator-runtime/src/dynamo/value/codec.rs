use serde::{Deserialize, Serialize};

use crate::{Error, ErrorCode, Result, payload::Lane};

use super::{Malformed, Style, check, from_json, to_json, to_json::put_numbers};

/// In which form values travel on the original's wire. A record that names none means JSON.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Codec {
    #[default]
    Json,
    Msgpack,
}

impl Codec {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Msgpack => "msgpack",
        }
    }

    /// Appends a value in this form. After an error, nothing was appended.
    ///
    /// JSON has no bytes: they become a list of numbers there, as the original writes them.
    pub fn put(self, out: &mut Vec<u8>, lane: Lane, data: &[u8]) -> Result<()> {
        let start = out.len();
        self.try_put(out, lane, data).map_err(|why| {
            out.truncate(start);
            let form = self.as_str();
            Error::new(
                ErrorCode::InvalidArgument,
                format!("the value cannot be sent as {form}: {why}"),
            )
        })
    }

    fn try_put(self, out: &mut Vec<u8>, lane: Lane, data: &[u8]) -> Result<(), Malformed> {
        match (self, lane) {
            (Self::Msgpack, Lane::Text) => {
                let text = std::str::from_utf8(data).map_err(|_| Malformed::Text)?;
                from_json(text, out)
            }
            (Self::Msgpack, Lane::Bytes) => {
                let length = u32::try_from(data.len()).map_err(|_| Malformed::Integer)?;
                // Memory takes everything.
                let _ = rmp::encode::write_bin_len(out, length);
                out.extend_from_slice(data);
                Ok(())
            }
            (Self::Msgpack, Lane::Msgpack) => {
                check(data)?;
                out.extend_from_slice(data);
                Ok(())
            }
            (Self::Json, Lane::Text) => {
                // It stands inside of another text, which it must not reach out of.
                serde_json::from_slice::<&serde_json::value::RawValue>(data).map_err(|_| Malformed::Json)?;
                out.extend_from_slice(data);
                Ok(())
            }
            (Self::Json, Lane::Bytes) => {
                put_numbers(out, data);
                Ok(())
            }
            (Self::Json, Lane::Msgpack) => {
                check(data)?;
                to_json(&mut &*data, out, Style::AsUpstream)
            }
        }
    }
}
