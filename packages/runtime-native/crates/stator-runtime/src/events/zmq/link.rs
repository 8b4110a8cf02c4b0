use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    io::AsyncWriteExt,
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    super::Inlet,
    event_frames,
    socket::tune,
    wire::{Frame, FrameReader, Limits, Role, put_frame, shake_hands},
};

/// For connecting, and for the handshake.
const PATIENCE: Duration = Duration::from_secs(5);

/// Between attempts to connect: from, to.
const WAITS: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// How long a connection goes on after the record of its publisher has gone.
const GRACE: Duration = Duration::from_secs(30);

/// Without a time to live, and without a context.
const PING: &[u8] = b"\x04PING\0\0";

/// One subscription's connection to one publisher. It comes back for as long as the publisher's record is there.
pub(super) struct Link {
    pub(super) address: SocketAddr,
    pub(super) inlet: Arc<Inlet>,
    pub(super) max_message: usize,
    /// The record has gone: what still comes is taken, for a while.
    pub(super) retired: CancellationToken,
    /// True once the publisher has said that it knows what we want, or could not be reached.
    pub(super) tried: watch::Sender<bool>,
}

impl Link {
    pub(super) async fn run(self, stop: CancellationToken) {
        let grace = async {
            self.retired.cancelled().await;
            sleep(GRACE).await;
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = grace => {}
            () = self.keep() => {}
        }
    }

    async fn keep(&self) {
        let mut wait = WAITS.0;
        while !self.retired.is_cancelled() {
            let followed = async {
                let (mut reader, mut writer) = self.connect().await?;
                wait = WAITS.0;
                self.read(&mut reader, &mut writer).await
            };
            let ended: io::Result<()> = followed.await;
            self.tried.send_replace(true);
            if let Err(error) = ended {
                let publisher = self.address;
                if error.kind() == io::ErrorKind::InvalidData {
                    self.inlet.skip(&format!("the publisher at {publisher}: {error}"));
                }
                tracing::debug!(%publisher, %error, "the connection to a publisher of events has ended");
            }
            let pause = wait.mul_f64(0.5 + fastrand::f64() / 2.0);
            wait = (wait * 2).min(WAITS.1);
            tokio::select! {
                () = self.retired.cancelled() => return,
                () = sleep(pause) => {}
            }
        }
    }

    async fn connect(&self) -> io::Result<(FrameReader<OwnedReadHalf>, OwnedWriteHalf)> {
        let connected = timeout(PATIENCE, async {
            let stream = TcpStream::connect(self.address).await?;
            tune(&stream)?;
            let (reader, mut writer) = stream.into_split();
            let limits = Limits {
                message: self.max_message,
                frames: 2 * event_frames::FRAMES,
            };
            let mut reader = FrameReader::new(reader, limits);
            shake_hands(&mut reader, &mut writer, Role::Subscriber).await?;
            let mut subscribe = Vec::new();
            let topic = [&[1], self.inlet.topic().as_bytes()].concat();
            put_frame(&mut subscribe, &topic, false, false);
            // Answered after the publisher has heard of the topic.
            put_frame(&mut subscribe, PING, false, true);
            writer.write_all(&subscribe).await?;
            Ok((reader, writer))
        });
        connected.await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    async fn read(&self, reader: &mut FrameReader<OwnedReadHalf>, writer: &mut OwnedWriteHalf) -> io::Result<()> {
        while let Some(frame) = reader.next().await? {
            self.tried.send_if_modified(|tried| !std::mem::replace(tried, true));
            match frame {
                Frame::Message(frames) => match event_frames::read(&frames, self.inlet.topic()) {
                    Ok(envelope) => self.inlet.take(&envelope),
                    Err(reason) => self.inlet.skip(&reason),
                },
                Frame::Command(command) if command.starts_with(b"\x04PING") => {
                    let mut pong = Vec::new();
                    let context = command.get(7..).unwrap_or_default();
                    put_frame(&mut pong, &[b"\x04PONG", context].concat(), false, true);
                    writer.write_all(&pong).await?;
                }
                Frame::Command(_) => {}
            }
        }
        Ok(())
    }
}
