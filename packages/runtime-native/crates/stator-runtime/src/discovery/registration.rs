use super::{Discovery, Instance, name::validate_name};
use crate::{Error, ErrorCode, Result};

/// What every back end demands of a record before it makes it visible.
pub(super) fn check_registration(discovery: &dyn Discovery, instance: &Instance) -> Result<()> {
    validate_name("namespace", &instance.namespace)?;
    validate_name("component", &instance.component)?;
    validate_name("endpoint", &instance.endpoint)?;
    if instance.instance_id != discovery.connection_id() {
        return Err(Error::new(
            ErrorCode::InvalidArgument,
            format!(
                "the record of {} has the instance id {}, but this connection registers as {}",
                instance.path(),
                instance.instance_id,
                discovery.connection_id()
            ),
        ));
    }
    Ok(())
}

/// The error of a connection that is used after it was closed.
pub(super) fn closed(discovery: &dyn Discovery) -> Error {
    Error::new(
        ErrorCode::ShuttingDown,
        format!("this connection to the {} discovery is closed", discovery.backend()),
    )
}
