use napi_derive::napi;
use stator_bindings::binding;
use stator_runtime::{
    Error, ErrorCode, Result,
    security::{self, CertificateOptions},
};

use crate::native_runtime::thrown;

/// Makes certificates for development: the options are a JSON object, the result is the list of files as JSON. What goes
/// wrong throws an error whose message is an error as JSON.
#[binding(raw)]
#[napi(catch_unwind)]
pub fn make_certificates(options: String) -> napi::Result<String> {
    make(&options).map_err(|error| thrown(&error))
}

fn make(options: &str) -> Result<String> {
    let options: CertificateOptions = serde_json::from_str(options)
        .map_err(|error| Error::new(ErrorCode::InvalidArgument, format!("the options will not do: {error}")))?;
    let files = security::make_certificates(&options)?;
    serde_json::to_string(&files)
        .map_err(|error| Error::new(ErrorCode::Internal, format!("a path that is not UTF-8: {error}")))
}
