use std::{
    io::{self, Write, stdout},
    time::Duration,
};

use stator_generations_fixtures::first::{Text, TextsClient};
use stator_service::{DistributedRuntime, ErrorCode, Failure, Result};

/// Calls that are open at once.
const AT_ONCE: usize = 4;

/// Between calls: some hundred a second show who answers, more would only flood whoever reads the lines.
const PAUSE: Duration = Duration::from_millis(20);

/// Calls as soon as there is somebody, until the end of the program. It prints `answer <release>` for each call, or
/// `error <code>: <message>`.
pub async fn start(runtime: &DistributedRuntime) -> Result<()> {
    let client = TextsClient::connect(runtime).await?;
    for _ in 0..AT_ONCE {
        tokio::spawn(call_on(client.clone()));
    }
    Ok(())
}

async fn call_on(client: TextsClient) -> io::Result<()> {
    // Nobody there yet is no error.
    if let Err(error) = client.wait_for_instances(None).await {
        return say(&format!("error {}: {}", error.code, error.message));
    }
    loop {
        match call(&client).await {
            Ok(release) => say(&format!("answer {release}"))?,
            Err(failure) => say(&format!("error {}: {}", failure.code(), failure.error().message))?,
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// One call of each endpoint. Gives the release of the service that counted.
async fn call(client: &TextsClient) -> Result<u32, Failure> {
    let text = "a text with six words ".repeat(10);
    let mut pieces = client.cut(Text { text: text.clone() }).await?;
    let mut found = 0;
    while pieces.next().await?.is_some() {
        found += 1;
    }
    let count = client.count(Text { text }).await?;
    if count.words != found {
        let message = format!("{found} pieces, {} words", count.words);
        return Err(Failure::new(ErrorCode::Internal, message));
    }
    Ok(count.release)
}

fn say(line: &str) -> io::Result<()> {
    writeln!(stdout().lock(), "{line}")
}
