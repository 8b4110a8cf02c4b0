//! One record as a file: its name and its content.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::super::{Instance, record};
use crate::{Error, ErrorCode, Result};

/// What file systems allow.
const MAX_FILE_NAME: usize = 255;

/// The key `{namespace}/{component}/{endpoint}/{id in hex}` as one file name: every byte that is not an ASCII letter or
/// digit is `%XX`, in upper case.
pub(super) fn file_name(namespace: &str, component: &str, endpoint: &str, id: u64) -> String {
    let key = format!("{namespace}/{component}/{endpoint}/{id:x}");
    utf8_percent_encode(&key, NON_ALPHANUMERIC).to_string()
}

/// [`file_name`] of a record that is to be written.
pub(super) fn new_file_name(instance: &Instance) -> Result<String> {
    let name = file_name(
        &instance.namespace,
        &instance.component,
        &instance.endpoint,
        instance.instance_id,
    );
    if name.len() <= MAX_FILE_NAME {
        return Ok(name);
    }
    Err(Error::new(
        ErrorCode::InvalidArgument,
        format!(
            "the names in {} are together too long for file discovery: they make a file name of {} characters, and \
             {MAX_FILE_NAME} is the limit (a hyphen or an underscore counts as 3); shorten them",
            instance.path(),
            name.len()
        ),
    ))
}

/// The name of a record of another bucket. The same bytes are escaped.
pub(super) fn entry_file_name(key: &str) -> Result<String> {
    let name = utf8_percent_encode(key, NON_ALPHANUMERIC).to_string();
    if name.len() <= MAX_FILE_NAME {
        return Ok(name);
    }
    Err(Error::new(
        ErrorCode::InvalidArgument,
        format!(
            "the names in {key} are together too long for file discovery: they make a file name of {} characters, and \
             {MAX_FILE_NAME} is the limit (a hyphen or an underscore counts as 3); shorten them",
            name.len()
        ),
    ))
}

/// Reads a record, or says why it is none.
pub(super) fn decode(name: &str, content: &[u8]) -> Result<Instance, String> {
    let instance = record::decode(content)?;
    let expected = file_name(
        &instance.namespace,
        &instance.component,
        &instance.endpoint,
        instance.instance_id,
    );
    if expected == name {
        Ok(instance)
    } else {
        Err(format!("its content belongs under the name {expected}"))
    }
}
