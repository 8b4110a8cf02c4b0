use std::{io, time::Duration};

use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;

/// How long a silent connection goes without being asked whether it lives.
const SILENCE: Duration = Duration::from_secs(30);

/// Sends at once, and notices when the other side has vanished without a word.
pub(super) fn tune(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let silence = TcpKeepalive::new().with_time(SILENCE).with_interval(SILENCE / 3);
    SockRef::from(stream).set_tcp_keepalive(&silence)
}
