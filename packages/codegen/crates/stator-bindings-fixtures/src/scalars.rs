use stator_bindings::binding;

/// Adds two numbers. An overflow is an error, not another number.
#[binding]
pub fn add_numbers(a: i32, b: i32) -> i32 {
    a + b
}

macro_rules! echoes {
    ($($name:ident: $rust:ty),* $(,)?) => {
        $(#[binding]
        pub fn $name(value: $rust) -> $rust {
            value
        })*
    };
}

echoes! {
    echo_u8: u8,
    echo_i8: i8,
    echo_u16: u16,
    echo_i16: i16,
    echo_u32: u32,
    echo_i32: i32,
    echo_u64: u64,
    echo_i64: i64,
    echo_u128: u128,
    echo_i128: i128,
    echo_f32: f32,
    echo_f64: f64,
    echo_bool: bool,
    echo_string: String,
    echo_char: char,
    echo_optional: Option<u32>,
    echo_optional_text: Option<String>,
}

/// Text may be borrowed in Rust.
#[binding]
pub fn length_of(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}

/// The number at a place in the series of Fibonacci, exact to the last one that fits, which is that at 93.
#[binding]
pub fn fibonacci(n: u32) -> Result<u64, String> {
    let (mut current, mut next) = (0u64, Some(1u64));
    for _ in 0..n {
        let following =
            next.ok_or_else(|| format!("the number at {n} does not fit 64 bits; the last that does is at 93"))?;
        next = current.checked_add(following);
        current = following;
    }
    Ok(current)
}
