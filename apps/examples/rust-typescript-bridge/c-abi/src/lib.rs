//! The same work as the addon's, behind a C ABI: numbers, text, a struct, bytes and a failure.
//!
//! Nothing here knows who calls. Types, lengths and lifetimes are promises of the caller, which no side can check.

use std::{
    ffi::{CStr, CString, c_char},
    ptr, slice,
};

/// The sum, wrapped at 32 bits as C programs expect.
#[unsafe(no_mangle)]
pub extern "C" fn add_numbers(a: i32, b: i32) -> i32 {
    a.wrapping_add(b)
}

/// The text in capitals, as text of its own: give it to [`free_text`]. Null for text that is not UTF-8.
///
/// # Safety
/// `text` ends with a zero byte and is not changed meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn to_capitals(text: *const c_char) -> *mut c_char {
    if text.is_null() {
        return ptr::null_mut();
    }
    // SAFETY: the caller promises that the text ends with a zero byte.
    let Ok(text) = (unsafe { CStr::from_ptr(text) }).to_str() else {
        return ptr::null_mut();
    };
    CString::new(text.to_uppercase()).map_or(ptr::null_mut(), CString::into_raw)
}

/// Frees what [`to_capitals`] has returned.
///
/// # Safety
/// `text` comes from [`to_capitals`], and is freed once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn free_text(text: *mut c_char) {
    if !text.is_null() {
        // SAFETY: the caller promises that it came from `CString::into_raw`.
        drop(unsafe { CString::from_raw(text) });
    }
}

/// As C lays it out: 16 bytes.
#[repr(C)]
pub struct Point {
    x: f64,
    y: f64,
}

/// How far two points are apart.
///
/// # Safety
/// Both point to 16 bytes each.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn distance(from: *const Point, to: *const Point) -> f64 {
    // SAFETY: the caller promises two points.
    let (from, to) = unsafe { (&*from, &*to) };
    (to.x - from.x).hypot(to.y - from.y)
}

/// The sum of bytes.
///
/// # Safety
/// `bytes` points to `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sum_bytes(bytes: *const u8, length: usize) -> u64 {
    // SAFETY: the caller promises the length.
    let bytes = unsafe { slice::from_raw_parts(bytes, length) };
    bytes.iter().map(|byte| u64::from(*byte)).sum()
}

/// Divides, and says 0; says 1 and writes nothing when it cannot: C has no exceptions.
///
/// # Safety
/// `quotient` points to four bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn divide(dividend: i32, divisor: i32, quotient: *mut i32) -> i32 {
    match dividend.checked_div(divisor) {
        Some(value) => {
            // SAFETY: the caller promises the place.
            unsafe { quotient.write(value) };
            0
        }
        None => 1,
    }
}

/// Ends the process: a panic cannot cross a C ABI.
#[unsafe(no_mangle)]
pub extern "C" fn panics() -> u32 {
    panic!("it is late")
}
