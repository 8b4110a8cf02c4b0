use rmp::Marker;

use super::{MAX_DEPTH, Malformed};

/// The next thing in a msgpack value. Lists and maps say how many values follow; a map has two for each entry.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Token<'a> {
    Nil,
    Bool(bool),
    Unsigned(u64),
    /// Below zero.
    Negative(i64),
    Float(f64),
    Text(&'a str),
    Bytes(&'a [u8]),
    Array(u32),
    Map(u32),
    Extension,
}

/// Takes one token off the front of `input`.
pub fn token<'a>(input: &mut &'a [u8]) -> Result<Token<'a>, Malformed> {
    let marker = Marker::from_u8(take::<1>(input)?[0]);
    Ok(match marker {
        Marker::FixPos(value) => Token::Unsigned(value.into()),
        Marker::FixNeg(value) => Token::Negative(value.into()),
        Marker::FixStr(length) => text(input, length.into())?,
        Marker::FixArray(count) => Token::Array(count.into()),
        Marker::FixMap(count) => Token::Map(count.into()),
        Marker::Null => Token::Nil,
        Marker::True => Token::Bool(true),
        Marker::False => Token::Bool(false),
        Marker::U8 => Token::Unsigned(take::<1>(input)?[0].into()),
        Marker::U16 => Token::Unsigned(u16::from_be_bytes(take(input)?).into()),
        Marker::U32 => Token::Unsigned(u32::from_be_bytes(take(input)?).into()),
        Marker::U64 => Token::Unsigned(u64::from_be_bytes(take(input)?)),
        Marker::I8 => signed(i8::from_be_bytes(take(input)?).into()),
        Marker::I16 => signed(i16::from_be_bytes(take(input)?).into()),
        Marker::I32 => signed(i32::from_be_bytes(take(input)?).into()),
        Marker::I64 => signed(i64::from_be_bytes(take(input)?)),
        Marker::F32 => Token::Float(f32::from_be_bytes(take(input)?).into()),
        Marker::F64 => Token::Float(f64::from_be_bytes(take(input)?)),
        Marker::Str8 => {
            let length = take::<1>(input)?[0];
            text(input, length.into())?
        }
        Marker::Str16 => {
            let length = u16::from_be_bytes(take(input)?);
            text(input, length.into())?
        }
        Marker::Str32 => {
            let length = u32::from_be_bytes(take(input)?);
            text(input, length)?
        }
        Marker::Bin8 => {
            let length = take::<1>(input)?[0];
            Token::Bytes(bytes(input, length.into())?)
        }
        Marker::Bin16 => {
            let length = u16::from_be_bytes(take(input)?);
            Token::Bytes(bytes(input, length.into())?)
        }
        Marker::Bin32 => {
            let length = u32::from_be_bytes(take(input)?);
            Token::Bytes(bytes(input, length)?)
        }
        Marker::Array16 => Token::Array(u16::from_be_bytes(take(input)?).into()),
        Marker::Array32 => Token::Array(u32::from_be_bytes(take(input)?)),
        Marker::Map16 => Token::Map(u16::from_be_bytes(take(input)?).into()),
        Marker::Map32 => Token::Map(u32::from_be_bytes(take(input)?)),
        Marker::FixExt1 => extension(input, 1)?,
        Marker::FixExt2 => extension(input, 2)?,
        Marker::FixExt4 => extension(input, 4)?,
        Marker::FixExt8 => extension(input, 8)?,
        Marker::FixExt16 => extension(input, 16)?,
        Marker::Ext8 => {
            let length = take::<1>(input)?[0];
            extension(input, length.into())?
        }
        Marker::Ext16 => {
            let length = u16::from_be_bytes(take(input)?);
            extension(input, length.into())?
        }
        Marker::Ext32 => {
            let length = u32::from_be_bytes(take(input)?);
            extension(input, length)?
        }
        Marker::Reserved => return Err(Malformed::Marker),
    })
}

/// Takes one whole value off the front of `input`; returns its bytes.
pub fn skip<'a>(input: &mut &'a [u8]) -> Result<&'a [u8], Malformed> {
    let start = *input;
    let mut open: Vec<u64> = Vec::new();
    loop {
        let inside = match token(input)? {
            Token::Array(count) => u64::from(count),
            Token::Map(count) => 2 * u64::from(count),
            _ => 0,
        };
        if inside > 0 {
            if open.len() >= MAX_DEPTH {
                return Err(Malformed::Deep);
            }
            open.push(inside);
            continue;
        }
        // The value is complete, and with it each list or map of which it was the last part.
        loop {
            match open.last_mut() {
                None => return Ok(&start[..start.len() - input.len()]),
                Some(1) => drop(open.pop()),
                Some(left) => {
                    *left -= 1;
                    break;
                }
            }
        }
    }
}

/// Whether `input` is exactly one value.
pub fn check(mut input: &[u8]) -> Result<(), Malformed> {
    skip(&mut input)?;
    if input.is_empty() {
        Ok(())
    } else {
        Err(Malformed::Trailing)
    }
}

fn signed<'a>(value: i64) -> Token<'a> {
    u64::try_from(value).map_or(Token::Negative(value), Token::Unsigned)
}

fn text<'a>(input: &mut &'a [u8], length: u32) -> Result<Token<'a>, Malformed> {
    std::str::from_utf8(bytes(input, length)?)
        .map(Token::Text)
        .map_err(|_| Malformed::Text)
}

fn extension<'a>(input: &mut &'a [u8], length: u32) -> Result<Token<'a>, Malformed> {
    take::<1>(input)?;
    bytes(input, length)?;
    Ok(Token::Extension)
}

fn bytes<'a>(input: &mut &'a [u8], length: u32) -> Result<&'a [u8], Malformed> {
    let (head, tail) = input.split_at_checked(length as usize).ok_or(Malformed::Short)?;
    *input = tail;
    Ok(head)
}

fn take<const N: usize>(input: &mut &[u8]) -> Result<[u8; N], Malformed> {
    let (head, tail) = input.split_first_chunk().ok_or(Malformed::Short)?;
    *input = tail;
    Ok(*head)
}
