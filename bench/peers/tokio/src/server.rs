//! The worker.

use std::borrow::Cow;
use std::io::Read as _;

use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};

use crate::messages::{ClientMessage, ServerMessage, StreamRequest, TokenItem, frames};
use crate::usage::{cpu_time, peak_memory};
use crate::writer::Writer;

/// Items after which other streams have their turn.
const TURN: u32 = 64;

pub async fn run() -> crate::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let before = cpu_time();
    println!("{{\"address\":\"{}\"}}", listener.local_addr()?);
    tokio::task::spawn_local(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::task::spawn_local(async move {
                if let Err(error) = serve(socket).await {
                    eprintln!("{error}");
                }
            });
        }
    });
    // The end of the input also comes when the bench itself was killed.
    let (closed, input) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        let _ = closed.send(());
    });
    input.await?;
    println!("{{\"cpu\":{},\"workerMemory\":{}}}", cpu_time() - before, peak_memory());
    std::process::exit(0);
}

async fn serve(socket: TcpStream) -> crate::Result<()> {
    socket.set_nodelay(true)?;
    let (mut reading, writing) = socket.into_split();
    let writer = Writer::default();
    tokio::task::spawn_local(writer.clone().run(writing));
    let mut bytes = Vec::with_capacity(64 * 1024);
    while reading.read_buf(&mut bytes).await? > 0 {
        let taken = frames(&bytes, |frame| {
            let message: ClientMessage = serde_json::from_slice(frame)?;
            let id = message.id;
            if let Some(call) = message.call {
                writer.push(&ServerMessage {
                    id,
                    reply: Some(call),
                    item: None,
                    end: None,
                })?;
            } else if let Some(request) = message.stream {
                tokio::task::spawn_local(stream(id, request, writer.clone()));
            }
            Ok(())
        })?;
        bytes.drain(..taken);
    }
    Ok(())
}

async fn stream(id: u32, request: StreamRequest, writer: Writer) {
    for index in 0..request.items {
        let item = TokenItem {
            index,
            token_id: 1000 + index,
            text: Cow::Borrowed(" tok"),
            finish_reason: None,
        };
        if writer
            .push(&ServerMessage {
                id,
                reply: None,
                item: Some(item),
                end: None,
            })
            .is_err()
        {
            return;
        }
        writer.room().await;
        if index % TURN == TURN - 1 {
            tokio::task::yield_now().await;
        }
    }
    let _ = writer.push(&ServerMessage {
        id,
        reply: None,
        item: None,
        end: Some(true),
    });
}
