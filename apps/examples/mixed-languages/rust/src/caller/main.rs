//! A caller of the counter in Rust: makes the calls that come in as lines of JSON, and answers with lines of JSON.

mod calls;
mod line;

use std::{collections::HashMap, env, error::Error, io::stdin, time::Duration};

use mixed_contract::CounterClient;
use stator_runtime::{
    DistributedRuntime,
    config::{RuntimeConfig, RuntimeOptions},
    connection::Hooks,
};
use tokio::{
    sync::mpsc,
    task::{AbortHandle, JoinSet},
};

use calls::Parts;
use line::{Command, say};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let config = RuntimeConfig::resolve(RuntimeOptions::default(), |name| env::var(name).ok())?;
    let runtime = DistributedRuntime::connect(&config, Hooks::default()).await?;
    let client = CounterClient::connect(&runtime).await?;
    client.wait_for_instances(Some(Duration::from_secs(30))).await?;
    say(&serde_json::json!({ "ready": true }))?;

    let mut lines = lines();
    let mut running = JoinSet::new();
    let mut open: HashMap<u64, (AbortHandle, Parts)> = HashMap::new();
    while let Some(line) = lines.recv().await {
        match serde_json::from_str(&line)? {
            Command::Call(call) => {
                let (parts, requests) = mpsc::channel(1);
                let number = call.call;
                let task = running.spawn(calls::run(client.clone(), call, requests));
                open.insert(number, (task, parts));
            }
            Command::Send { send, request } => {
                if let Some((_, parts)) = open.get(&send) {
                    // A call that is over takes nothing more.
                    let _ = parts.send(request).await;
                }
            }
            Command::Finish { finish } => {
                if let Some((task, parts)) = open.remove(&finish) {
                    drop(parts);
                    let (nothing, _) = mpsc::channel(1);
                    open.insert(finish, (task, nothing));
                }
            }
            // Dropping a call's future cancels it.
            Command::Cancel { cancel } => {
                if let Some((task, _)) = open.remove(&cancel) {
                    task.abort();
                }
            }
        }
    }
    drop(open);
    running.shutdown().await;
    runtime.shut_down(None).await;
    Ok(())
}

/// Standard input, from a thread of its own, because reading it blocks.
fn lines() -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel(1);
    std::thread::spawn(move || {
        for line in stdin().lines().map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    lines
}
