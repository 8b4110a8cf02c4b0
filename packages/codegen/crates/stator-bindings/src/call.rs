use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    ptr,
    sync::Arc,
};

use napi::sys::{self, Status, napi_callback_info, napi_env, napi_value};

use crate::{
    class::{Class, Slot},
    crossed::{Crossed, Outcome},
    direct::Refusal,
    environment::Environment,
    failure::{Failure, FailureCode},
    js_value::{JsValue, write_outcome},
};

/// More parameters than any function should have.
pub const MOST_ARGUMENTS: usize = 16;

/// One raw export of the addon.
pub trait Export {
    const NAME: &'static str;

    fn call(call: &Call) -> Outcome;
}

/// The arguments of one call into Rust. Missing ones are `undefined`.
pub struct Call {
    arguments: [JsValue; MOST_ARGUMENTS],
}

impl Call {
    /// Copies an argument out of JavaScript.
    pub fn read(&self, index: usize) -> Result<Crossed, Failure> {
        self.arguments[index].read()
    }

    /// The memory of a `Uint8Array` for the time of this call, in which nothing of JavaScript runs.
    pub fn lend_bytes(&self, index: usize, name: &str) -> Result<&[u8], Failure> {
        self.arguments[index]
            .lend_bytes()?
            .map_err(|what| Failure::argument(name, &format!("expected bytes, got {what}")))
    }

    /// The object that a method is called on, or that is an argument.
    pub fn object<T: Class>(&self, index: usize) -> Result<Arc<Slot<T>>, Failure> {
        let number = self.number(index)?;
        Environment::with(|environment| environment.object(number))
    }

    /// The number of an object, a task or a stream.
    pub(crate) fn number(&self, index: usize) -> Result<u64, Failure> {
        match self.read(index)? {
            Crossed::Number(number) if is_object_number(number) => Ok(number as u64),
            other => Err(Failure::new(
                FailureCode::InvalidArgument,
                Refusal::expected("the number of an object", &other).0,
            )),
        }
    }

    pub(crate) fn argument(&self, index: usize) -> JsValue {
        self.arguments[index]
    }
}

/// Whether an object, a task or a stream could have that number.
pub(crate) fn is_object_number(number: f64) -> bool {
    number >= 0.0 && number.fract() == 0.0 && number < 9_007_199_254_740_992.0
}

/// The function that Node-API calls for an export. No panic leaves it.
///
/// # Safety
/// Only for Node-API.
pub unsafe extern "C" fn enter<E: Export>(env: napi_env, info: napi_callback_info) -> napi_value {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let mut count = MOST_ARGUMENTS;
        let mut values: [napi_value; MOST_ARGUMENTS] = [ptr::null_mut(); MOST_ARGUMENTS];
        // SAFETY: Node-API gave both, and there is room for `count` values; those that were not given are `undefined`.
        let status = unsafe {
            sys::napi_get_cb_info(
                env,
                info,
                &raw mut count,
                values.as_mut_ptr(),
                ptr::null_mut(),
                ptr::null_mut(),
            )
        };
        if status != Status::napi_ok {
            return Err(Failure::new(FailureCode::Internal, "Node-API refused the arguments"));
        }
        // SAFETY: the values belong to this call, which the `Call` does not outlive.
        let arguments = values.map(|value| unsafe { JsValue::new(env, value) });
        E::call(&Call { arguments })
    }))
    .unwrap_or_else(|payload| Err(Failure::panicked(payload)));
    // Writing runs code of ours only, none of the addon's author.
    // SAFETY: the environment is that of this call.
    catch_unwind(AssertUnwindSafe(|| unsafe { write_outcome(env, outcome) })).unwrap_or(ptr::null_mut())
}
