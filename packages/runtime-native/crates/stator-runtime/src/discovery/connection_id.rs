use crate::{Error, ErrorCode, Result};

/// A fresh random id for one connection to a back end. Never zero, which peers may read as "none".
pub(crate) fn connection_id() -> Result<u64> {
    loop {
        match getrandom::u64() {
            Ok(0) => continue,
            Ok(id) => return Ok(id),
            Err(error) => {
                return Err(Error::new(
                    ErrorCode::Discovery,
                    format!("the operating system gave no random bytes for an instance id: {error}"),
                ));
            }
        }
    }
}
