use std::io;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};

use super::frames::{Frame, FrameReader, invalid, put_frame};

const GREETING: usize = 64;

/// What a socket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::events::zmq) enum Role {
    Publisher,
    Subscriber,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::Publisher => "PUB",
            Self::Subscriber => "SUB",
        }
    }

    /// Who may be at the other end.
    fn meets(self, other: &[u8]) -> bool {
        match self {
            Self::Publisher => matches!(other, b"SUB" | b"XSUB"),
            Self::Subscriber => matches!(other, b"PUB" | b"XPUB"),
        }
    }
}

/// Greets the peer, and makes sure that it is of the other role. Fails with `InvalidData` for what is none.
pub(in crate::events::zmq) async fn shake_hands<R, W>(
    reader: &mut FrameReader<R>,
    writer: &mut W,
    role: Role,
) -> io::Result<()>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    writer.write_all(&greeting()).await?;
    let mut theirs = [0; GREETING];
    reader.exact(&mut theirs).await?;
    if theirs[0] != 0xFF || theirs[9] != 0x7F {
        return Err(invalid("the peer does not speak ZMTP".to_owned()));
    }
    if theirs[10] < 3 {
        return Err(invalid(format!("the peer speaks ZMTP {}", theirs[10])));
    }
    if theirs[12..32] != greeting()[12..32] {
        return Err(invalid("the peer wants encryption or a password".to_owned()));
    }
    writer.write_all(&ready(role)).await?;
    match reader.next().await? {
        Some(Frame::Command(command)) => {
            let properties = command
                .strip_prefix(b"\x05READY")
                .ok_or_else(|| invalid("the peer is not ready".to_owned()))?;
            let other = property(properties, b"Socket-Type").unwrap_or_default();
            if role.meets(other) {
                return Ok(());
            }
            let other = String::from_utf8_lossy(other);
            Err(invalid(format!(
                "the peer is a {other:?} socket, which does not fit {}",
                role.name()
            )))
        }
        Some(Frame::Message(_)) => Err(invalid("the peer is not ready".to_owned())),
        None => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// Version 3.0 without security.
fn greeting() -> [u8; GREETING] {
    let mut greeting = [0; GREETING];
    greeting[0] = 0xFF;
    greeting[8] = 1;
    greeting[9] = 0x7F;
    greeting[10] = 3;
    greeting[12..16].copy_from_slice(b"NULL");
    greeting
}

fn ready(role: Role) -> Vec<u8> {
    let mut body = b"\x05READY\x0BSocket-Type".to_vec();
    let name = role.name().as_bytes();
    body.extend_from_slice(&(name.len() as u32).to_be_bytes());
    body.extend_from_slice(name);
    let mut out = Vec::new();
    put_frame(&mut out, &body, false, true);
    out
}

/// The value of a property, if it is there.
fn property<'a>(mut properties: &'a [u8], wanted: &[u8]) -> Option<&'a [u8]> {
    loop {
        let (length, rest) = properties.split_first()?;
        let (name, rest) = rest.split_at_checked(usize::from(*length))?;
        let (length, rest) = rest.split_first_chunk()?;
        let (value, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        if name.eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        properties = rest;
    }
}
