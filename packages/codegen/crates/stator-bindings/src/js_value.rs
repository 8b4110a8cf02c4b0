//! Values of JavaScript to values of Rust and back, with every status looked at.

use std::{ffi::c_void, ptr};

use napi::{
    bindgen_prelude::{FromNapiValue, Function},
    sys::{self, Status, TypedarrayType, ValueType, napi_env, napi_status, napi_value},
};

use crate::{
    crossed::{Bigint, Crossed, Outcome},
    environment::Environment,
    failure::{Failure, FailureCode},
};

/// Text up to this length is read with one call.
const SHORT: usize = 256;

/// A value of JavaScript during one call into Rust.
#[derive(Clone, Copy)]
pub(crate) struct JsValue {
    env: napi_env,
    value: napi_value,
}

impl JsValue {
    /// # Safety
    /// `value` is a value of `env`, and both outlive this one.
    pub(crate) unsafe fn new(env: napi_env, value: napi_value) -> Self {
        Self { env, value }
    }

    /// Copies the value out of JavaScript.
    pub(crate) fn read(self) -> Result<Crossed, Failure> {
        let mut kind = ValueType::napi_undefined;
        // SAFETY: see `new`.
        let status = unsafe { sys::napi_typeof(self.env, self.value, &raw mut kind) };
        check(status, "typeof")?;
        match kind {
            ValueType::napi_undefined => Ok(Crossed::Undefined),
            ValueType::napi_null => Ok(Crossed::Null),
            ValueType::napi_boolean => {
                let mut value = false;
                // SAFETY: see `new`; it is a boolean.
                let status = unsafe { sys::napi_get_value_bool(self.env, self.value, &raw mut value) };
                check(status, "boolean")?;
                Ok(Crossed::Boolean(value))
            }
            ValueType::napi_number => {
                let mut value = 0.0;
                // SAFETY: see `new`; it is a number.
                let status = unsafe { sys::napi_get_value_double(self.env, self.value, &raw mut value) };
                check(status, "number")?;
                Ok(Crossed::Number(value))
            }
            ValueType::napi_bigint => self.bigint(),
            ValueType::napi_string => self.text(),
            ValueType::napi_object => match self.lend_bytes()? {
                Ok(bytes) => Ok(Crossed::Bytes(bytes.to_vec())),
                Err(what) => Ok(Crossed::Other(what)),
            },
            ValueType::napi_function => Ok(Crossed::Other("a function")),
            ValueType::napi_symbol => Ok(Crossed::Other("a symbol")),
            _ => Ok(Crossed::Other("an external value")),
        }
    }

    fn bigint(self) -> Result<Crossed, Failure> {
        let mut words = [0u64; 2];
        let mut count = words.len();
        let mut sign = 0;
        // SAFETY: see `new`; it is a bigint, and there is room for `count` words.
        let status = unsafe {
            sys::napi_get_value_bigint_words(self.env, self.value, &raw mut sign, &raw mut count, words.as_mut_ptr())
        };
        check(status, "bigint")?;
        // Afterwards `count` is how many words it really has.
        Ok(Crossed::Bigint(Bigint {
            negative: sign != 0,
            magnitude: u128::from(words[0]) | (u128::from(words[1]) << 64),
            too_large: count > words.len(),
        }))
    }

    fn text(self) -> Result<Crossed, Failure> {
        let mut short = [0u8; SHORT];
        let mut length = 0;
        // SAFETY: see `new`; it is a string, and the buffer has that size. A terminator is written too.
        let status = unsafe {
            sys::napi_get_value_string_utf8(self.env, self.value, short.as_mut_ptr().cast(), SHORT, &raw mut length)
        };
        check(status, "string")?;
        // A cut text may lack up to three bytes of its last letter beside the terminator.
        if length + 4 < SHORT {
            return utf8(short[..length].to_vec());
        }
        // SAFETY: as above; without a buffer it tells the length.
        let status =
            unsafe { sys::napi_get_value_string_utf8(self.env, self.value, ptr::null_mut(), 0, &raw mut length) };
        check(status, "string")?;
        let room = length + 1;
        let mut bytes = Vec::<u8>::with_capacity(room);
        // SAFETY: as above, with a buffer of `room` bytes.
        let status = unsafe {
            sys::napi_get_value_string_utf8(self.env, self.value, bytes.as_mut_ptr().cast(), room, &raw mut length)
        };
        check(status, "string")?;
        // SAFETY: so many bytes were written, fewer than there is room for.
        unsafe { bytes.set_len(length) };
        utf8(bytes)
    }

    /// The memory of a `Uint8Array`, or in words what it is instead. Nothing of JavaScript may run while it is used.
    pub(crate) fn lend_bytes<'a>(self) -> Result<Result<&'a [u8], &'static str>, Failure> {
        let mut is_array = false;
        // SAFETY: see `new`.
        let status = unsafe { sys::napi_is_typedarray(self.env, self.value, &raw mut is_array) };
        check(status, "typed array")?;
        if !is_array {
            return Ok(Err("an object"));
        }
        let (mut kind, mut length, mut data) = (0, 0, ptr::null_mut::<c_void>());
        let (mut buffer, mut offset) = (ptr::null_mut(), 0);
        // SAFETY: see `new`; it is a typed array.
        let status = unsafe {
            sys::napi_get_typedarray_info(
                self.env,
                self.value,
                &raw mut kind,
                &raw mut length,
                &raw mut data,
                &raw mut buffer,
                &raw mut offset,
            )
        };
        check(status, "typed array")?;
        if kind != TypedarrayType::uint8_array && kind != TypedarrayType::uint8_clamped_array {
            return Ok(Err("a typed array of other numbers"));
        }
        let mut is_own = false;
        // SAFETY: see `new`; `buffer` is the array's.
        let status = unsafe { sys::napi_is_arraybuffer(self.env, buffer, &raw mut is_own) };
        check(status, "array buffer")?;
        if !is_own {
            return Ok(Err("memory that other threads share"));
        }
        let mut is_detached = false;
        // SAFETY: as above.
        let status = unsafe { sys::napi_is_detached_arraybuffer(self.env, buffer, &raw mut is_detached) };
        check(status, "array buffer")?;
        if is_detached {
            return Ok(Err("bytes whose memory was transferred"));
        }
        if length == 0 || data.is_null() {
            return Ok(Ok(&[]));
        }
        // SAFETY: the array has `length` bytes at `data`, in memory that only JavaScript's thread touches, which is
        // in this call.
        Ok(Ok(unsafe { std::slice::from_raw_parts(data.cast::<u8>(), length) }))
    }

    pub(crate) fn function<'a>(self) -> Result<Function<'a, (), ()>, Failure> {
        let mut kind = ValueType::napi_undefined;
        // SAFETY: see `new`.
        let status = unsafe { sys::napi_typeof(self.env, self.value, &raw mut kind) };
        check(status, "typeof")?;
        if kind != ValueType::napi_function {
            return Err(Failure::new(FailureCode::InvalidArgument, "expected a function"));
        }
        // SAFETY: see `new`; it is a function.
        unsafe { Function::from_napi_value(self.env, self.value) }
            .map_err(|error| Failure::new(FailureCode::InvalidArgument, error.reason.to_string()))
    }
}

fn utf8(bytes: Vec<u8>) -> Result<Crossed, Failure> {
    String::from_utf8(bytes)
        .map(Crossed::Text)
        .map_err(|_| Failure::new(FailureCode::Internal, "Node-API gave text that is not UTF-8"))
}

/// What a raw export returns: the value, or a failure as a list of its code, its message and its value.
///
/// # Safety
/// `env` is the environment of the call that is being answered.
pub(crate) unsafe fn write_outcome(env: napi_env, outcome: Outcome) -> napi_value {
    let writer = Writer { env };
    let written = outcome.and_then(|value| writer.write(value));
    written
        .or_else(|failure| writer.write(failure.into_list()))
        // Only when JavaScript is out of memory or ending; the stub says that it is no result.
        .unwrap_or(ptr::null_mut())
}

struct Writer {
    env: napi_env,
}

impl Writer {
    fn write(&self, value: Crossed) -> Result<napi_value, Failure> {
        let mut result = ptr::null_mut();
        let out = &raw mut result;
        // SAFETY, of all calls below: the environment is that of the current call, and `out` is a place for the result.
        let status = match value {
            // SAFETY: see above.
            Crossed::Undefined | Crossed::Other(_) => unsafe { sys::napi_get_undefined(self.env, out) },
            // SAFETY: see above.
            Crossed::Null => unsafe { sys::napi_get_null(self.env, out) },
            // SAFETY: see above.
            Crossed::Boolean(value) => unsafe { sys::napi_get_boolean(self.env, value, out) },
            // SAFETY: see above.
            Crossed::Number(value) => unsafe { sys::napi_create_double(self.env, value, out) },
            Crossed::Bigint(value) => {
                let words = [value.magnitude as u64, (value.magnitude >> 64) as u64];
                let count = if words[1] == 0 { 1 } else { 2 };
                // SAFETY: see above; there are `count` words.
                unsafe { sys::napi_create_bigint_words(self.env, value.negative.into(), count, words.as_ptr(), out) }
            }
            Crossed::Text(text) => self.text(&text, out),
            Crossed::Bytes(bytes) => return self.bytes(&bytes),
            Crossed::List(items) => return self.list(items),
            Crossed::Object(slot) => {
                let number = Environment::with(|environment| environment.keep(slot));
                // SAFETY: see above.
                unsafe { sys::napi_create_double(self.env, number as f64, out) }
            }
        };
        check(status, "result")?;
        Ok(result)
    }

    fn text(&self, text: &str, out: *mut napi_value) -> napi_status {
        let length = text.len().cast_signed();
        if text.is_ascii() {
            // SAFETY: see `write`; ASCII is Latin-1 too, which engines take without decoding.
            unsafe { sys::napi_create_string_latin1(self.env, text.as_ptr().cast(), length, out) }
        } else {
            // SAFETY: see `write`.
            unsafe { sys::napi_create_string_utf8(self.env, text.as_ptr().cast(), length, out) }
        }
    }

    /// A copy, in memory that belongs to JavaScript: no finalizer is left behind.
    fn bytes(&self, bytes: &[u8]) -> Result<napi_value, Failure> {
        let (mut data, mut buffer, mut result) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
        // SAFETY: see `write`.
        let status = unsafe { sys::napi_create_arraybuffer(self.env, bytes.len(), &raw mut data, &raw mut buffer) };
        check(status, "bytes")?;
        if !bytes.is_empty() && !data.is_null() {
            // SAFETY: the new buffer has so many bytes at `data`, and nobody else knows it yet.
            unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), data.cast::<u8>(), bytes.len()) };
        }
        let kind = TypedarrayType::uint8_array;
        // SAFETY: see `write`; the view covers the whole buffer.
        let status = unsafe { sys::napi_create_typedarray(self.env, kind, bytes.len(), buffer, 0, &raw mut result) };
        check(status, "bytes")?;
        Ok(result)
    }

    fn list(&self, items: Vec<Crossed>) -> Result<napi_value, Failure> {
        let mut list = ptr::null_mut();
        // SAFETY: see `write`.
        let status = unsafe { sys::napi_create_array_with_length(self.env, items.len(), &raw mut list) };
        check(status, "list")?;
        for (index, item) in (0u32..).zip(items) {
            let item = self.write(item)?;
            // SAFETY: see `write`; both are values of this environment.
            check(unsafe { sys::napi_set_element(self.env, list, index, item) }, "list")?;
        }
        Ok(list)
    }
}

fn check(status: napi_status, what: &str) -> Result<(), Failure> {
    if status == Status::napi_ok {
        Ok(())
    } else {
        Err(Failure::new(
            FailureCode::Internal,
            format!("Node-API refused a {what} (status {status})"),
        ))
    }
}
