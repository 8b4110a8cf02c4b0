use std::{
    io::{self, Write},
    net::Shutdown,
    sync::Arc,
    time::Duration,
};

use parking_lot::Mutex;
use tokio::{net::TcpStream, runtime::Handle};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{Descriptor, Socket, tls_state::TlsState};

/// How long a link that nobody holds any more goes on to send what it was given.
const FAREWELL: Duration = Duration::from_secs(1);

/// A socket with TLS on it. Any thread may write: what the socket does not take, a task of the link's own sends.
///
/// What it reads comes from the socket, or is fed by whoever reads that in place of the link.
#[derive(Debug)]
pub struct TlsLink {
    inner: Arc<Inner>,
    /// Tells the task that nobody holds the link any more.
    _held: DropGuard,
}

#[derive(Debug)]
struct Inner {
    socket: Socket,
    tokio: Handle,
    state: Mutex<TlsState>,
    gone: CancellationToken,
}

impl TlsLink {
    fn new(socket: Socket, state: TlsState) -> Self {
        let gone = CancellationToken::new();
        Self {
            _held: gone.clone().drop_guard(),
            inner: Arc::new(Inner {
                socket,
                tokio: Handle::current(),
                state: Mutex::new(state),
                gone,
            }),
        }
    }

    /// Shakes hands on a socket. `begun` is what was read of it. The error holds one of rustls if the peer's TLS is at
    /// fault; the peer has been told then.
    pub async fn shake_hands(stream: TcpStream, tls: rustls::Connection, begun: &[u8]) -> io::Result<Self> {
        let link = Self::new(Socket::Both(stream), TlsState::new(tls, begun));
        let result = link.inner.shake_hands().await;
        if result.is_err() {
            link.inner.part().await;
        }
        result.map(|()| link)
    }

    pub fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut state = self.inner.state.lock();
        let mut filled = 0;
        loop {
            filled += state.read(&mut buffer[filled..])?;
            if filled == buffer.len() {
                return Ok(filled);
            }
            if state.has_step() {
                let step = state.step();
                // Keys may be renewed, and a refusal has to be told.
                let sent = self.inner.send(&mut state);
                match step.and(sent) {
                    Ok(()) => continue,
                    Err(_) if filled > 0 => return Ok(filled),
                    Err(error) => return Err(error),
                }
            }
            if filled > 0 || state.ended {
                return Ok(filled);
            }
            state.receive(&self.inner.socket)?;
        }
    }

    /// Takes bytes of the socket that somebody else read, and appends the text in them. Says whether more can come.
    pub fn decrypt(&self, bytes: &[u8], text: &mut Vec<u8>) -> io::Result<bool> {
        let mut state = self.inner.state.lock();
        state.push(bytes);
        state.read_all(text)?;
        while state.has_cipher() {
            let step = state.step();
            let sent = self.inner.send(&mut state);
            step.and(sent)?;
            state.read_all(text)?;
        }
        Ok(!state.ended)
    }

    pub fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.inner.state.lock();
        self.inner.send(&mut state)?;
        if state.tls.wants_write() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let count = state.tls.writer().write(bytes)?;
        self.inner.send(&mut state)?;
        Ok(count)
    }

    pub async fn readable(&self) -> io::Result<()> {
        if self.inner.state.lock().is_readable() {
            return Ok(());
        }
        self.inner.socket.readable().await
    }

    /// Waits until the socket has everything and takes more.
    pub async fn writable(&self) -> io::Result<()> {
        self.inner.writable().await
    }

    /// Waits until the socket has everything.
    pub async fn flush(&self) -> io::Result<()> {
        let unsent = self.inner.state.lock().tls.wants_write();
        if unsent { self.writable().await } else { Ok(()) }
    }

    /// The peer reads what was written, then the end.
    pub fn finish(&self, how: Shutdown) {
        let mut state = self.inner.state.lock();
        state.tls.send_close_notify();
        state.closing = Some(how);
        // A socket that is already gone needs no closing.
        let _ = self.inner.send(&mut state);
    }

    pub fn has_unread(&self) -> bool {
        let waits = {
            let state = self.inner.state.lock();
            state.unread || state.has_cipher()
        };
        waits || self.inner.socket.has_unread()
    }

    pub fn socket(&self) -> &Socket {
        &self.inner.socket
    }

    /// Gives reading up; the link is fed from then on. Call it inside a Tokio runtime.
    pub fn without_reading(self) -> io::Result<Self> {
        match Arc::try_unwrap(self.inner) {
            Ok(inner) => Ok(Self::new(inner.socket.without_reading()?, inner.state.into_inner())),
            // Its task still sends. Then the core reads, which is slower and does the same.
            Err(inner) => Ok(Self { inner, ..self }),
        }
    }

    pub fn second_descriptor(&self) -> Option<Descriptor> {
        self.inner.socket.second_descriptor()
    }
}

impl Inner {
    async fn shake_hands(&self) -> io::Result<()> {
        loop {
            let unsent = {
                let mut state = self.state.lock();
                let mut step = Ok(());
                while step.is_ok() && state.has_cipher() && state.tls.is_handshaking() {
                    step = state.step();
                }
                let sent = self.write(&mut state);
                step.and(sent)?;
                let unsent = state.tls.wants_write();
                if !unsent && !state.tls.is_handshaking() {
                    return Ok(());
                }
                if state.ended {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                unsent
            };
            tokio::select! {
                ready = self.socket.readable() => ready?,
                ready = self.socket.writable(), if unsent => {
                    ready?;
                    continue;
                }
            }
            match self.state.lock().receive(&self.socket) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                received => received?,
            }
        }
    }

    /// Lets the peer read why its handshake failed: closing with unread bytes would take that away from it.
    async fn part(&self) {
        let part = async {
            self.socket.shutdown(Shutdown::Write);
            let mut rest = [0; 1024];
            while self.socket.readable().await.is_ok() {
                match self.socket.try_read(&mut rest) {
                    Ok(1..) => {}
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    Ok(0) | Err(_) => return,
                }
            }
        };
        // What it does not read by then is not wanted.
        let _ = tokio::time::timeout(FAREWELL, part).await;
    }

    async fn writable(&self) -> io::Result<()> {
        loop {
            self.socket.writable().await?;
            let mut state = self.state.lock();
            self.write(&mut state)?;
            if !state.tls.wants_write() {
                return Ok(());
            }
        }
    }

    /// Writes what the socket takes now.
    fn write(&self, state: &mut TlsState) -> io::Result<()> {
        while state.tls.wants_write() {
            match state.tls.write_tls(&mut ToSocket(&self.socket)) {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        if let Some(how) = state.closing.take() {
            self.socket.shutdown(how);
        }
        Ok(())
    }

    /// Writes what the socket takes now; a task does the rest.
    fn send(self: &Arc<Self>, state: &mut TlsState) -> io::Result<()> {
        self.write(state)?;
        if state.tls.wants_write() && !std::mem::replace(&mut state.sending, true) {
            let inner = Arc::clone(self);
            self.tokio.spawn(async move { inner.finish_sending().await });
        }
        Ok(())
    }

    async fn finish_sending(&self) {
        let gone = async {
            self.gone.cancelled().await;
            tokio::time::sleep(FAREWELL).await;
        };
        tokio::pin!(gone);
        loop {
            tokio::select! {
                ready = self.socket.writable() => {
                    let mut state = self.state.lock();
                    if ready.is_err() || self.write(&mut state).is_err() || !state.tls.wants_write() {
                        // What is wrong with the socket, reading will tell.
                        state.sending = false;
                        return;
                    }
                }
                () = &mut gone => return,
            }
        }
    }
}

struct ToSocket<'a>(&'a Socket);

impl Write for ToSocket<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.try_write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
