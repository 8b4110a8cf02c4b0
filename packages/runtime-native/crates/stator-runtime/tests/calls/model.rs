//! Many calls of every kind at once over one connection, with whatever callers and handlers may do in between. In the
//! end all data was right and nothing is left. The seeds are fixed; only the order in which tasks run differs.

use std::time::{Duration, Instant};

use crate::support::{Cluster, code, on_both_planes, read, text, until};
use stator_runtime::{
    Error, ErrorCode, Result,
    client::{CallOptions, Client, Router},
    payload::Payload,
    runtime::{ServeOptions, Settings},
    server::IncomingCall,
};

const CALLERS: u64 = 40;
const CALLS: usize = 50;

/// Small, so that everything waits for credit now and then.
const WINDOW: u32 = 16 * 1024;

/// Byte `index` of message `number`: both sides can tell it.
fn filled(number: usize, length: usize) -> Payload {
    Payload::bytes((0..length).map(|index| (index * 7 + number) as u8).collect::<Vec<_>>())
}

fn length(draw: &mut fastrand::Rng) -> usize {
    match draw.u8(..10) {
        0 => 0,
        1..6 => draw.usize(..100),
        6..9 => draw.usize(..20_000),
        _ => draw.usize(..300_000),
    }
}

async fn pause(draw: &mut fastrand::Rng) {
    for _ in 0..draw.usize(..4) {
        tokio::task::yield_now().await;
    }
}

/// The request says, in words, what the handler does; the seed makes its pauses.
async fn handle(call: IncomingCall) -> Result<()> {
    let Some(head) = call.next().await? else {
        return Err(Error::new(ErrorCode::InvalidRequest, "nothing was asked"));
    };
    let head = read(&head);
    let mut words = head.split(' ');
    let kind = words.next().unwrap_or_default().to_owned();
    let mut number = || words.next().and_then(|word| word.parse::<usize>().ok()).unwrap_or(0);
    let (count, seed) = (number(), number());
    let mut draw = fastrand::Rng::with_seed(seed as u64);
    match kind.as_str() {
        // `count` messages of drawn lengths.
        "down" => {
            for item in 0..count {
                pause(&mut draw).await;
                call.send(filled(item, length(&mut draw))).await?;
            }
            Ok(())
        }
        // Says how many bytes came.
        "up" => {
            let (mut messages, mut bytes) = (0, 0);
            while let Some(message) = call.next().await? {
                assert_eq!(message, filled(messages, message.data.len()));
                messages += 1;
                bytes += message.data.len();
                pause(&mut draw).await;
            }
            call.send(text(&format!("{messages} {bytes}"))).await
        }
        "echo" => {
            while let Some(message) = call.next().await? {
                pause(&mut draw).await;
                call.send(message).await?;
            }
            Ok(())
        }
        "fail" => {
            for item in 0..count {
                call.send(filled(item, 10)).await?;
            }
            Err(Error::new(ErrorCode::InvalidRequest, "as asked"))
        }
        // Until stopped; then it says so.
        _ => {
            call.stopped().await;
            call.send(text("stopped")).await
        }
    }
}

/// One caller's calls, one after another.
async fn caller(client: Client, seed: u64) -> Result<()> {
    let mut draw = fastrand::Rng::with_seed(seed);
    for _ in 0..CALLS {
        let seed = draw.u32(..) as u64;
        match draw.u8(..8) {
            0 | 1 => down(&client, &mut draw, seed).await?,
            2 => up(&client, &mut draw, seed).await?,
            3 | 4 => echo(&client, &mut draw, seed).await?,
            5 => {
                let mut call = client.generate(text(&format!("fail 3 {seed}")), CallOptions::default());
                for item in 0..3 {
                    assert_eq!(call.next().await?, Some(filled(item, 10)));
                }
                assert_eq!(code(call.next().await), Some(ErrorCode::InvalidRequest));
            }
            6 => {
                let mut call = client.generate(text("wait"), CallOptions::default());
                pause(&mut draw).await;
                call.stop();
                assert_eq!(call.next().await?.map(|item| read(&item)).as_deref(), Some("stopped"));
                assert_eq!(call.next().await?, None);
            }
            _ => {
                let deadline = Some(Instant::now() + Duration::from_millis(draw.u64(..5)));
                let call = client.generate(
                    text("wait"),
                    CallOptions {
                        deadline,
                        ..CallOptions::default()
                    },
                );
                assert_eq!(code(call.one().await), Some(ErrorCode::DeadlineExceeded));
            }
        }
    }
    Ok(())
}

/// Reads an answer of many messages, slowly, and not always to its end.
async fn down(client: &Client, draw: &mut fastrand::Rng, seed: u64) -> Result<()> {
    let count = draw.usize(..40);
    let stop_at = if draw.bool() { draw.usize(..=count) } else { usize::MAX };
    let mut call = client.generate(text(&format!("down {count} {seed}")), CallOptions::default());
    let mut theirs = fastrand::Rng::with_seed(seed);
    for item in 0..count {
        if item == stop_at {
            return Ok(());
        }
        pause(draw).await;
        // The handler draws the same numbers.
        theirs.usize(..4);
        assert_eq!(call.next().await?, Some(filled(item, length(&mut theirs))));
    }
    assert_eq!(call.next().await?, None);
    Ok(())
}

async fn up(client: &Client, draw: &mut fastrand::Rng, seed: u64) -> Result<()> {
    let (response, request) = client.open(Router::RoundRobin, CallOptions::default());
    request.send(text(&format!("up 0 {seed}"))).await?;
    let (count, mut bytes) = (draw.usize(..20), 0);
    for item in 0..count {
        let length = length(draw);
        bytes += length;
        request.send(filled(item, length)).await?;
        if draw.u8(..40) == 0 {
            // The caller loses interest, in the answer or in the request.
            if draw.bool() {
                drop(response);
                assert_eq!(code(request.send(text("late")).await), Some(ErrorCode::Cancelled));
            } else {
                drop(request);
                assert_eq!(code(response.one().await), Some(ErrorCode::Cancelled));
            }
            return Ok(());
        }
    }
    request.finish();
    assert_eq!(read(&response.one().await?), format!("{count} {bytes}"));
    Ok(())
}

/// Sends and reads at once, each at its own pace.
async fn echo(client: &Client, draw: &mut fastrand::Rng, seed: u64) -> Result<()> {
    let (mut response, request) = client.open(Router::RoundRobin, CallOptions::default());
    let lengths: Vec<usize> = (0..draw.usize(..20)).map(|_| length(draw)).collect();
    let mut sender_draw = draw.fork();
    let sent = lengths.clone();
    let send = async move {
        request.send(text(&format!("echo 0 {seed}"))).await?;
        for (item, length) in sent.into_iter().enumerate() {
            pause(&mut sender_draw).await;
            request.send(filled(item, length)).await?;
        }
        request.finish();
        Ok::<_, Error>(())
    };
    let receive = async {
        for (item, length) in lengths.into_iter().enumerate() {
            pause(draw).await;
            assert_eq!(response.next().await?, Some(filled(item, length)));
        }
        assert_eq!(response.next().await?, None);
        Ok::<_, Error>(())
    };
    let (sent, received) = tokio::join!(send, receive);
    sent.and(received)
}

#[test]
fn whatever_happens_all_data_is_right_and_nothing_is_left() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::with(
            on,
            Settings {
                window: WINDOW,
                ..Settings::default()
            },
        );
        let (worker, served) = cluster.worker(ServeOptions::default(), handle).await?;
        let caller_runtime = cluster.runtime()?;
        let client = caller_runtime
            .endpoint(crate::support::PATH)?
            .client(Default::default())
            .await?;
        client.wait_for_instances(1, None).await?;
        let callers: Vec<_> = (0..CALLERS)
            .map(|seed| tokio::spawn(caller(client.clone(), seed)))
            .collect();
        for caller in callers {
            match caller.await {
                Ok(result) => result?,
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            }
        }
        until(|| worker.running_calls() == 0 && served.running_calls() == 0).await;
        assert_eq!(client.workers()[0].open_calls(), 0);
        let connections = [caller_runtime.connections(), worker.connections()];
        // On the original's wire each call has one of its own, which ends with it.
        let expected = usize::from(!on.is_dynamo());
        for connections in &connections {
            assert_eq!(connections.len(), expected, "all went over one connection");
            for connection in connections {
                until(|| connection.open_calls() == 0).await;
            }
        }
        Ok(())
    })
}
