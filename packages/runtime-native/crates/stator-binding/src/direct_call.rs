//! Functions as Node-API itself calls them. What napi makes of a function looks after who borrows what for how long, which takes
//! several times as long as a small batch does: for what each batch calls, this does without.

use std::{
    ffi::c_void,
    marker::PhantomData,
    panic::{AssertUnwindSafe, catch_unwind},
    ptr, slice,
};

use napi::{
    Env, JsError, JsValue as _, Status,
    bindgen_prelude::Object,
    sys::{self, TypedarrayType, napi_callback_info, napi_env, napi_status, napi_value},
};
use stator_runtime::{Error, ErrorCode};

use crate::native_runtime::thrown;

/// A function for [`export`].
pub type Entry = unsafe extern "C" fn(napi_env, napi_callback_info) -> napi_value;

/// The first `N` arguments of one call. Missing ones are `undefined`, and no numbers and no arrays.
pub struct Given<'call, const N: usize> {
    env: napi_env,
    values: [napi_value; N],
    call: PhantomData<&'call ()>,
}

impl<'call, const N: usize> Given<'call, N> {
    pub fn env(&self) -> Env {
        Env::from_raw(self.env)
    }

    pub fn number(&self, index: usize) -> napi::Result<u32> {
        let mut number = 0;
        // SAFETY: the environment and the value are those of this call.
        let status = unsafe { sys::napi_get_value_uint32(self.env, self.values[index], &raw mut number) };
        check(status, "a number")?;
        Ok(number)
    }

    /// The memory of a `Uint8Array`.
    pub fn bytes(&self, index: usize) -> napi::Result<&'call [u8]> {
        let (data, length) = self.array(index, TypedarrayType::uint8_array)?;
        if length == 0 || data.is_null() {
            return Ok(&[]);
        }
        // SAFETY: the array has so many bytes there, and JavaScript, whose thread alone touches them, is in this call.
        Ok(unsafe { slice::from_raw_parts(data.cast(), length) })
    }

    /// The memory of a `Uint32Array`.
    ///
    /// # Safety
    /// No other argument of the call shares its memory, and it is asked for once.
    pub unsafe fn numbers(&self, index: usize) -> napi::Result<&'call mut [u32]> {
        let (data, length) = self.array(index, TypedarrayType::uint32_array)?;
        if length == 0 || data.is_null() {
            return Ok(&mut []);
        }
        // SAFETY: the array has so many numbers there, aligned as such; JavaScript is in this call, and the caller says that
        // nobody else has them.
        Ok(unsafe { slice::from_raw_parts_mut(data.cast(), length) })
    }

    fn array(&self, index: usize, wanted: i32) -> napi::Result<(*mut c_void, usize)> {
        let (mut kind, mut length, mut data) = (0, 0, ptr::null_mut());
        // SAFETY: the environment and the value are those of this call; what is not asked for may be null.
        let status = unsafe {
            sys::napi_get_typedarray_info(
                self.env,
                self.values[index],
                &raw mut kind,
                &raw mut length,
                &raw mut data,
                ptr::null_mut(),
                ptr::null_mut(),
            )
        };
        check(status, "a typed array")?;
        if kind == wanted {
            Ok((data, length))
        } else {
            Err(internal("a typed array of other numbers"))
        }
    }
}

/// What a call returns.
pub enum Returned {
    Undefined,
    Number(u32),
    /// A value of the environment of this call.
    Value(napi_value),
}

/// Runs one call; an error, or a panic, is thrown.
///
/// # Safety
/// Only with what Node-API has given an [`Entry`].
pub unsafe fn enter<const N: usize>(
    env: napi_env,
    info: napi_callback_info,
    run: impl FnOnce(&Given<'_, N>) -> napi::Result<Returned>,
) -> napi_value {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let mut values = [ptr::null_mut(); N];
        let mut count = N;
        let (this, data) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: Node-API gave both, and there is room for `count` values; those that were not given are `undefined`.
        let status = unsafe { sys::napi_get_cb_info(env, info, &raw mut count, values.as_mut_ptr(), this, data) };
        check(status, "the arguments")?;
        run(&Given {
            env,
            values,
            call: PhantomData,
        })
    }))
    .unwrap_or_else(|_| Err(internal("a panic; what it says is in the log")));
    let error = match outcome {
        Ok(Returned::Undefined) => return ptr::null_mut(),
        Ok(Returned::Value(value)) => return value,
        Ok(Returned::Number(number)) => {
            let mut value = ptr::null_mut();
            // SAFETY: the environment is that of this call.
            let status = unsafe { sys::napi_create_uint32(env, number, &raw mut value) };
            match check(status, "a result") {
                Ok(()) => return value,
                Err(error) => error,
            }
        }
        Err(error) => error,
    };
    // SAFETY: the environment is that of this call.
    unsafe { JsError::from(error).throw_into(env) };
    ptr::null_mut()
}

/// Adds a function to the exports of the addon, which is being loaded.
pub fn export(env: &Env, exports: &Object<'_>, name: &str, entry: Entry) -> napi::Result<()> {
    let key = env.create_string(name)?;
    let mut function = ptr::null_mut();
    let (text, length) = (name.as_ptr().cast(), name.len().cast_signed());
    // SAFETY: the environment is being loaded; the name has that length; the function lives for ever.
    let status =
        unsafe { sys::napi_create_function(env.raw(), text, length, Some(entry), ptr::null_mut(), &raw mut function) };
    check(status, "a function")?;
    // SAFETY: all three are values of this environment.
    let status = unsafe { sys::napi_set_property(env.raw(), exports.raw(), key.raw(), function) };
    check(status, "an export")
}

fn check(status: napi_status, what: &str) -> napi::Result<()> {
    if status == sys::Status::napi_ok {
        return Ok(());
    }
    Err(internal(&format!("Node-API refused {what} ({})", Status::from(status))))
}

/// An error that is nobody's fault but ours.
pub fn internal(what: &str) -> napi::Error {
    thrown(&Error::new(ErrorCode::Internal, format!("crossing: {what}")))
}
