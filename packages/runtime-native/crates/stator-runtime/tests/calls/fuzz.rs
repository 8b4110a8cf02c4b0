//! Thousands of peers that say anything: nothing panics, nothing hangs, and their neighbours are served all the while.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use crate::support::{
    Cluster, On, PATH,
    panics::without_panics,
    raw::{self, Raw},
    read, text, until,
};
use stator_runtime::{
    DistributedRuntime, Result,
    client::{CallOptions, Client, Router},
    runtime::{ServeOptions, Settings},
};

const ROUNDS: u64 = 3_000;

/// Every run draws the same numbers.
struct Draw(fastrand::Rng);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0.usize(..end)
    }

    fn bytes(&mut self, most: usize) -> Vec<u8> {
        let length = self.below(most + 1);
        (0..length).map(|_| self.0.u8(..)).collect()
    }

    /// A frame that is right in its form: header, then as many bytes as it says.
    fn frame(&mut self) -> Vec<u8> {
        let stream = self.below(6) as u32;
        let kind = self.below(12) as u8;
        let flags = self.0.u8(..);
        let payload = match kind {
            raw::OPEN if self.below(4) > 0 => {
                let path = ["a.b.c", PATH, PATH, ""][self.below(4)];
                raw::open_payload(path, self.0.bool())
            }
            raw::CREDIT | raw::GO_AWAY if self.below(8) > 0 => self.0.u32(..).to_be_bytes().to_vec(),
            raw::PING if self.below(8) > 0 => vec![0; 8],
            _ => {
                let most = [0, 1, 20, 2_000][self.below(4)];
                self.bytes(most)
            }
        };
        raw::frame(kind, flags, stream, &payload)
    }

    /// What one peer says: mostly whole frames, sometimes noise, sometimes frames with a few bytes changed.
    fn speech(&mut self) -> Vec<u8> {
        let mut speech = Vec::new();
        if self.0.bool() {
            speech = raw::frame(raw::OPEN, 0, 1, &raw::open_payload(PATH, self.0.bool()));
        }
        for _ in 0..=self.below(12) {
            match self.below(20) {
                0 => {
                    let noise = self.bytes(500);
                    speech.extend_from_slice(&noise);
                }
                _ => speech.extend_from_slice(&self.frame()),
            }
        }
        if self.below(4) == 0 {
            for _ in 0..3 {
                let place = self.below(speech.len());
                speech[place] = self.0.u8(..);
            }
        }
        speech
    }
}

fn seeded(round: u64) -> Draw {
    Draw(fastrand::Rng::with_seed(round))
}

/// A worker that sends back what it gets, its address, and the number of calls that came as far as its handler.
async fn echo_worker(cluster: &Cluster) -> Result<(DistributedRuntime, String, Arc<AtomicU64>)> {
    let served = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&served);
    let (worker, _) = cluster
        .worker(ServeOptions::default(), move |call| {
            counter.fetch_add(1, Ordering::AcqRel);
            async move {
                while let Some(message) = call.next().await? {
                    call.send(message).await?;
                }
                Ok(())
            }
        })
        .await?;
    let address = raw::address_of(worker.discovery(), worker.instance_id()).await?;
    Ok((worker, address, served))
}

/// Calls until it is told to stop; returns how many were answered.
fn neighbour(client: Client, stop: Arc<AtomicBool>) -> tokio::task::JoinHandle<Result<u64>> {
    tokio::spawn(async move {
        let mut answered = 0;
        while !stop.load(Ordering::Acquire) || answered == 0 {
            let call = client.generate(text("neighbour"), CallOptions::default());
            assert_eq!(read(&call.one().await?), "neighbour");
            answered += 1;
        }
        Ok(answered)
    })
}

#[test]
fn a_worker_bears_peers_that_say_anything() -> Result<()> {
    without_panics(async {
        let cluster = Cluster::new(On::Tcp);
        let (worker, address, served) = echo_worker(&cluster).await?;
        let stop = Arc::new(AtomicBool::new(false));
        let neighbour = neighbour(cluster.client(1).await?, Arc::clone(&stop));
        for round in 0..ROUNDS {
            let mut draw = seeded(round);
            let mut peer = Raw::connect(&address, 1024 + draw.below(100_000) as u32).await;
            peer.write(&draw.speech()).await;
            if draw.0.bool() {
                // What is open ends with the connection, whether the peer reads to the end or is gone at once.
                peer.finish().await;
                peer.closed().await;
            }
        }
        stop.store(true, Ordering::Release);
        let answered = neighbour.await.unwrap_or(Ok(0))?;
        assert!(answered > 0);
        until(|| worker.running_calls() == 0).await;
        // Most of it is nonsense, but enough of it must go deep.
        assert!(served.load(Ordering::Acquire) > answered + ROUNDS / 4);
        Ok(())
    })
}

#[test]
fn a_worker_bears_peers_that_begin_with_anything() -> Result<()> {
    without_panics(async {
        let cluster = Cluster::new(On::Tcp);
        let (worker, address, _) = echo_worker(&cluster).await?;
        let stop = Arc::new(AtomicBool::new(false));
        let neighbour = neighbour(cluster.client(1).await?, Arc::clone(&stop));
        for round in 0..ROUNDS {
            let mut draw = seeded(round);
            let mut bytes = raw::preface((1, 1), &raw::hello(raw::WINDOW));
            for _ in 0..=draw.below(3) {
                let place = draw.below(bytes.len());
                bytes[place] = draw.0.u8(..);
            }
            bytes.truncate(draw.below(bytes.len() * 2).max(1));
            bytes.extend_from_slice(&draw.speech());
            let mut peer = Raw::dial(&address).await;
            peer.write(&bytes).await;
            peer.finish().await;
            peer.drained().await;
        }
        stop.store(true, Ordering::Release);
        assert!(neighbour.await.unwrap_or(Ok(0))? > 0);
        until(|| worker.running_calls() == 0).await;
        Ok(())
    })
}

#[test]
fn a_caller_bears_workers_that_answer_anything() -> Result<()> {
    without_panics(async {
        let cluster = Cluster::with(
            On::Tcp,
            Settings {
                window: 4096,
                ..Settings::default()
            },
        );
        let worker = cluster.raw_worker(true).await?;
        let caller = cluster.runtime()?;
        let client = caller.endpoint(PATH)?.client(Default::default()).await?;
        client.wait_for_instances(1, None).await?;
        for round in 0..ROUNDS {
            let mut draw = seeded(round);
            let calls: Vec<_> = (0..4)
                .map(|_| client.generate(text("x"), CallOptions::default()))
                .collect();
            let (mut streamed, request) = client.open(Router::RoundRobin, CallOptions::default());
            let mut connection = worker.accept(raw::WINDOW).await;
            connection.write(&draw.speech()).await;
            // Only when the connection is over can the caller know that nothing more comes.
            connection.finish().await;
            if draw.0.bool() {
                connection.drained().await;
            }
            drop(connection);
            for mut call in calls {
                while let Ok(Some(_)) = call.next().await {}
            }
            // A request stream ends the call when its other half is dropped, if nothing ended it before.
            drop(request);
            while let Ok(Some(_)) = streamed.next().await {}
            until(|| client.workers()[0].open_calls() == 0).await;
            for connection in caller.connections() {
                connection.closed().await;
                assert_eq!(connection.open_calls(), 0);
            }
        }
        Ok(())
    })
}
