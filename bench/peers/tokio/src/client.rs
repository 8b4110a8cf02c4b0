//! The caller.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde::Deserialize;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use crate::messages::{ClientMessage, Echo, ServerMessage, StreamRequest, frames};
use crate::usage::{cpu_time, peak_memory};
use crate::writer::Writer;

const TEXT: &str = "the quick brown fox jumps over it all o";
const ITEMS: u32 = 1000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Task {
    kind: String,
    #[serde(default)]
    concurrency: usize,
    warmup_ms: u64,
    measure_ms: u64,
}

/// What came for one call or stream.
enum Answer {
    Reply { seq: u32, right: bool },
    Item { index: u32, token_id: u32 },
    End,
}

/// The connection, and what has been counted.
struct Caller {
    writer: Writer,
    waiting: RefCell<HashMap<u32, mpsc::UnboundedSender<Answer>>>,
    number: RefCell<u32>,
    begin: Instant,
    end: Instant,
    counts: RefCell<Counts>,
}

#[derive(Default)]
struct Counts {
    counted: u64,
    total: u64,
    latencies: Vec<f32>,
}

pub async fn run(address: &str, task: &str) -> crate::Result<()> {
    let task: Task = serde_json::from_str(task)?;
    if task.kind != "unary" && task.kind != "stream" {
        println!("null");
        return Ok(());
    }
    let socket = TcpStream::connect(address).await?;
    socket.set_nodelay(true)?;
    let (mut reading, writing) = socket.into_split();
    let writer = Writer::default();
    tokio::task::spawn_local(writer.clone().run(writing));
    let before = cpu_time();
    let begin = Instant::now() + Duration::from_millis(task.warmup_ms);
    let end = begin + Duration::from_millis(task.measure_ms);
    let caller = Rc::new(Caller {
        writer,
        waiting: RefCell::default(),
        number: RefCell::new(0),
        begin,
        end,
        counts: RefCell::default(),
    });
    let receiver = caller.clone();
    tokio::task::spawn_local(async move {
        let mut bytes = Vec::with_capacity(64 * 1024);
        loop {
            match reading.read_buf(&mut bytes).await {
                Ok(0) => fail("the worker closed the connection"),
                Ok(_) => {}
                Err(error) => fail(&error.to_string()),
            }
            match frames(&bytes, |frame| receiver.receive(frame)) {
                Ok(taken) => drop(bytes.drain(..taken)),
                Err(error) => fail(&error.to_string()),
            }
        }
    });
    let unary = task.kind == "unary";
    let loops: Vec<_> = (0..task.concurrency)
        .map(|_| {
            let caller = caller.clone();
            tokio::task::spawn_local(async move {
                if unary {
                    caller.calls().await
                } else {
                    caller.streams().await
                }
            })
        })
        .collect();
    for each in loops {
        each.await?;
    }
    let cpu = cpu_time() - before;
    let memory = peak_memory();
    let mut counts = caller.counts.take();
    counts.latencies.sort_by(f32::total_cmp);
    let percentile = |share: f64| {
        let at = ((counts.latencies.len() as f64 * share) as usize).min(counts.latencies.len().saturating_sub(1));
        counts.latencies.get(at).copied()
    };
    println!(
        "{}",
        serde_json::json!({
            "rate": counts.counted as f64 / (task.measure_ms as f64 / 1000.0),
            "p50": percentile(0.5),
            "p99": percentile(0.99),
            "total": counts.total,
            "cpu": cpu,
            "clientMemory": memory,
        })
    );
    std::process::exit(0);
}

impl Caller {
    async fn calls(&self) {
        let mut sent = Instant::now();
        let (sender, mut answers) = mpsc::unbounded_channel();
        while sent < self.end {
            let id = self.next(&sender);
            let seq = 1_000_000 + id % 9_000_000;
            self.send(&ClientMessage {
                id,
                call: Some(Echo {
                    seq,
                    text: Cow::Borrowed(TEXT),
                }),
                stream: None,
            });
            match answers.recv().await {
                Some(Answer::Reply { seq: got, right: true }) if got == seq => {}
                _ => fail(&format!("call {seq} got another reply")),
            }
            let received = Instant::now();
            let mut counts = self.counts.borrow_mut();
            counts.total += 1;
            if received >= self.begin && received < self.end {
                counts.counted += 1;
                if sent >= self.begin {
                    counts.latencies.push((received - sent).as_secs_f32() * 1e6);
                }
            }
            sent = received;
        }
    }

    async fn streams(&self) {
        let mut started = Instant::now();
        let (sender, mut answers) = mpsc::unbounded_channel();
        while started < self.end {
            let id = self.next(&sender);
            self.send(&ClientMessage {
                id,
                call: None,
                stream: Some(StreamRequest { items: ITEMS }),
            });
            let mut index = 0;
            loop {
                match answers.recv().await {
                    Some(Answer::Item { index: got, token_id }) if got == index && token_id == 1000 + index => {}
                    Some(Answer::End) if index == ITEMS => break,
                    _ => fail(&format!("item {index} of a stream was another")),
                }
                index += 1;
                if index != 1 && index % 50 != 0 {
                    continue;
                }
                let now = Instant::now();
                let counts_now = now >= self.begin && now < self.end;
                let mut counts = self.counts.borrow_mut();
                if index == 1 && counts_now && started >= self.begin {
                    counts.latencies.push((now - started).as_secs_f32() * 1e6);
                }
                if index % 50 == 0 && counts_now {
                    counts.counted += 50;
                }
            }
            self.counts.borrow_mut().total += u64::from(index);
            started = Instant::now();
        }
    }

    /// A number that is free, for answers to that channel.
    fn next(&self, answers: &mpsc::UnboundedSender<Answer>) -> u32 {
        let mut number = self.number.borrow_mut();
        *number += 1;
        self.waiting.borrow_mut().insert(*number, answers.clone());
        *number
    }

    fn send(&self, message: &ClientMessage) {
        if let Err(error) = self.writer.push(message) {
            fail(&error.to_string());
        }
    }

    fn receive(&self, frame: &[u8]) -> crate::Result<()> {
        let message: ServerMessage = serde_json::from_slice(frame)?;
        let answer = if let Some(reply) = message.reply {
            Answer::Reply {
                seq: reply.seq,
                right: reply.text == TEXT,
            }
        } else if let Some(item) = message.item {
            Answer::Item {
                index: item.index,
                token_id: item.token_id,
            }
        } else {
            Answer::End
        };
        let mut waiting = self.waiting.borrow_mut();
        if matches!(answer, Answer::Item { .. }) {
            if let Some(sender) = waiting.get(&message.id) {
                let _ = sender.send(answer);
            }
        } else if let Some(sender) = waiting.remove(&message.id) {
            let _ = sender.send(answer);
        }
        Ok(())
    }
}

fn fail(why: &str) -> ! {
    eprintln!("{why}");
    std::process::exit(1);
}
