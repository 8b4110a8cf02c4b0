use rmp::encode;
use smallvec::SmallVec;

use super::{MAX_DEPTH, Malformed};

/// A list or map whose count is not known yet.
struct Open {
    map: bool,
    /// Where its header stands in the output: one byte, until the count is known.
    header: usize,
    count: u32,
}

/// Appends a JSON text to `out` as one msgpack value: integers of the least width, other numbers as 64-bit floats.
/// After an error, what was appended is to be cut off again.
pub fn from_json(text: &str, out: &mut Vec<u8>) -> Result<(), Malformed> {
    let mut reader = Reader { text, at: 0 };
    let mut open: Vec<Open> = Vec::new();
    let mut wide: Vec<Wide> = Vec::new();
    loop {
        // A value begins here; in a map its key comes first.
        if let Some(top) = open.last_mut() {
            top.count = top.count.checked_add(1).ok_or(Malformed::Integer)?;
            if top.map {
                reader.expect(b'"')?;
                reader.string(out)?;
                reader.expect(b':')?;
            }
        }
        let mut closed = true;
        match reader.next()? {
            b'"' => reader.string(out)?,
            b'{' | b'[' => {
                let map = reader.previous() == b'{';
                if open.len() >= MAX_DEPTH {
                    return Err(Malformed::Deep);
                }
                open.push(Open {
                    map,
                    header: out.len(),
                    count: 0,
                });
                out.push(0);
                // An empty one is closed below.
                closed = reader.peek() == Some(if map { b'}' } else { b']' });
            }
            b't' => reader.word("rue", || encode::write_bool(out, true))?,
            b'f' => reader.word("alse", || encode::write_bool(out, false))?,
            b'n' => reader.word("ull", || encode::write_nil(out))?,
            b'-' | b'0'..=b'9' => reader.number(out)?,
            _ => return Err(Malformed::Json),
        }
        while closed {
            let Some(top) = open.last() else {
                reader.skip_space();
                if reader.at < text.len() {
                    return Err(Malformed::Json);
                }
                widen(out, wide);
                return Ok(());
            };
            match reader.next()? {
                b',' if top.count > 0 => closed = false,
                b'}' if top.map => close(&mut open, &mut wide, out),
                b']' if !top.map => close(&mut open, &mut wide, out),
                _ => return Err(Malformed::Json),
            }
        }
    }
}

/// A header that takes more than the byte that was kept for it.
struct Wide {
    /// Where that byte stands.
    header: usize,
    map: bool,
    count: u32,
}

impl Wide {
    fn bytes(&self) -> SmallVec<[u8; 5]> {
        let (small, large) = if self.map { (0xDE, 0xDF) } else { (0xDC, 0xDD) };
        match u16::try_from(self.count) {
            Ok(count) => std::iter::once(small).chain(count.to_be_bytes()).collect(),
            Err(_) => std::iter::once(large).chain(self.count.to_be_bytes()).collect(),
        }
    }
}

/// Writes the header of the innermost list or map, now that its count is known, or leaves that for [`widen`].
fn close(open: &mut Vec<Open>, wide: &mut Vec<Wide>, out: &mut [u8]) {
    let Some(Open { map, header, count }) = open.pop() else {
        return;
    };
    if count < 16 {
        let fixed = if map { 0x80 } else { 0x90 };
        out[header] = fixed | count as u8;
    } else {
        wide.push(Wide { header, map, count });
    }
}

/// Makes room for all wide headers at once, from the end on: what a list holds is moved once, however deep it lies.
fn widen(out: &mut Vec<u8>, mut wide: Vec<Wide>) {
    wide.sort_unstable_by_key(|wide| wide.header);
    let more: usize = wide.iter().map(|wide| wide.bytes().len() - 1).sum();
    let mut from = out.len();
    out.resize(from + more, 0);
    let mut to = out.len();
    for wide in wide.iter().rev() {
        let inside = wide.header + 1..from;
        to -= inside.len();
        out.copy_within(inside, to);
        let bytes = wide.bytes();
        to -= bytes.len();
        out[to..to + bytes.len()].copy_from_slice(&bytes);
        from = wide.header;
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.text.as_bytes().get(self.at) {
            self.at += 1;
        }
    }

    fn peek(&mut self) -> Option<u8> {
        self.skip_space();
        self.text.as_bytes().get(self.at).copied()
    }

    fn next(&mut self) -> Result<u8, Malformed> {
        let byte = self.peek().ok_or(Malformed::Short)?;
        self.at += 1;
        Ok(byte)
    }

    fn previous(&self) -> u8 {
        self.text.as_bytes()[self.at - 1]
    }

    fn expect(&mut self, byte: u8) -> Result<(), Malformed> {
        if self.next()? == byte {
            Ok(())
        } else {
            Err(Malformed::Json)
        }
    }

    fn word<E>(&mut self, rest: &str, write: impl FnOnce() -> Result<(), E>) -> Result<(), Malformed> {
        let found = self
            .text
            .as_bytes()
            .get(self.at..)
            .is_some_and(|tail| tail.starts_with(rest.as_bytes()));
        if !found {
            return Err(Malformed::Json);
        }
        self.at += rest.len();
        // Memory takes everything.
        let _ = write();
        Ok(())
    }

    /// The rest of a string whose quote was taken.
    fn string(&mut self, out: &mut Vec<u8>) -> Result<(), Malformed> {
        let start = self.at;
        self.run()?;
        if self.previous() == b'"' {
            put_text(out, &self.text[start..self.at - 1]);
            return Ok(());
        }
        let mut text = self.text[start..self.at - 1].to_owned();
        loop {
            self.escape(&mut text)?;
            let start = self.at;
            self.run()?;
            text.push_str(&self.text[start..self.at - 1]);
            if self.previous() == b'"' {
                put_text(out, &text);
                return Ok(());
            }
        }
    }

    /// Goes behind the next quote or backslash.
    fn run(&mut self) -> Result<(), Malformed> {
        let tail = &self.text.as_bytes()[self.at..];
        let end = tail
            .iter()
            .position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))
            .ok_or(Malformed::Short)?;
        if tail[end] < 0x20 {
            return Err(Malformed::Json);
        }
        self.at += end + 1;
        Ok(())
    }

    fn escape(&mut self, text: &mut String) -> Result<(), Malformed> {
        let kind = *self.text.as_bytes().get(self.at).ok_or(Malformed::Short)?;
        self.at += 1;
        text.push(match kind {
            b'"' | b'\\' | b'/' => kind as char,
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.hex()?;
                match first {
                    0xD800..0xDC00 => {
                        if !self.text.as_bytes()[self.at..].starts_with(b"\\u") {
                            return Err(Malformed::Surrogate);
                        }
                        self.at += 2;
                        let second = self.hex()?;
                        if !(0xDC00..0xE000).contains(&second) {
                            return Err(Malformed::Surrogate);
                        }
                        let code = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                        char::from_u32(code).ok_or(Malformed::Surrogate)?
                    }
                    code => char::from_u32(code).ok_or(Malformed::Surrogate)?,
                }
            }
            _ => return Err(Malformed::Json),
        });
        Ok(())
    }

    fn hex(&mut self) -> Result<u32, Malformed> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4).ok_or(Malformed::Short)?;
        self.at += 4;
        digits.iter().try_fold(0, |code, digit| {
            let digit = (*digit as char).to_digit(16).ok_or(Malformed::Json)?;
            Ok(code << 4 | digit)
        })
    }

    /// A number whose first byte was taken.
    fn number(&mut self, out: &mut Vec<u8>) -> Result<(), Malformed> {
        let start = self.at - 1;
        let bytes = self.text.as_bytes();
        let mut at = start + usize::from(bytes[start] == b'-');
        let digits = |at: &mut usize| {
            let from = *at;
            while bytes.get(*at).is_some_and(u8::is_ascii_digit) {
                *at += 1;
            }
            *at - from
        };
        let whole = at;
        let count = digits(&mut at);
        if count == 0 || (count > 1 && bytes[whole] == b'0') {
            return Err(Malformed::Json);
        }
        let mut float = false;
        if bytes.get(at) == Some(&b'.') {
            at += 1;
            float = true;
            if digits(&mut at) == 0 {
                return Err(Malformed::Json);
            }
        }
        if let Some(b'e' | b'E') = bytes.get(at) {
            at += 1;
            float = true;
            if let Some(b'+' | b'-') = bytes.get(at) {
                at += 1;
            }
            if digits(&mut at) == 0 {
                return Err(Malformed::Json);
            }
        }
        self.at = at;
        let number = &self.text[start..at];
        // Memory takes everything.
        let _ = if float || number == "-0" {
            let value: f64 = number.parse().map_err(|_| Malformed::Json)?;
            if !value.is_finite() {
                return Err(Malformed::Float);
            }
            encode::write_f64(out, value).map(|()| rmp::Marker::F64)
        } else if number.starts_with('-') {
            encode::write_sint(out, number.parse().map_err(|_| Malformed::Integer)?)
        } else {
            encode::write_uint(out, number.parse().map_err(|_| Malformed::Integer)?)
        };
        Ok(())
    }
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    // Memory takes everything.
    let _ = encode::write_str(out, text);
}
