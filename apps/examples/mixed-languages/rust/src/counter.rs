use mixed_contract::{Count, CountError, CounterService, Hop, Language, Numbers, Pause, Token, Words};
use stator_service::{Context, Failure, Incoming, Items};

/// Texts with more words are not counted.
const MOST: u64 = 100;

pub struct Counter;

impl CounterService for Counter {
    async fn exact(&self, mut request: Numbers, context: Context) -> Result<Numbers, Failure> {
        request.seen_by.push(Hop {
            service: "Counter".to_owned(),
            language: Language::Rust,
            instance: context.instance_id(),
        });
        Ok(request)
    }

    async fn count(&self, request: Words, _: Context) -> Result<Count, Failure<CountError>> {
        Ok(Count {
            words: count(&request, 0)?,
        })
    }

    async fn split(
        &self,
        request: Words,
        items: Items<Token, CountError>,
        _: Context,
    ) -> Result<(), Failure<CountError>> {
        for (index, word) in (0..).zip(request.text.split_whitespace()) {
            let text = allowed(word, index)?.to_owned();
            items.send(Token { index, text }).await?;
        }
        Ok(())
    }

    async fn collect(
        &self,
        mut requests: Incoming<Words, CountError>,
        _: Context,
    ) -> Result<Count, Failure<CountError>> {
        let mut words = 0;
        while let Some(request) = requests.next().await? {
            words = count(&request, words)?;
        }
        Ok(Count { words })
    }

    async fn tally(
        &self,
        mut requests: Incoming<Words, CountError>,
        items: Items<Count, CountError>,
        _: Context,
    ) -> Result<(), Failure<CountError>> {
        let mut words = 0;
        while let Some(request) = requests.next().await? {
            words = count(&request, words)?;
            items.send(Count { words }).await?;
        }
        Ok(())
    }

    async fn wait(&self, request: Pause, items: Items<Token>, _: Context) -> Result<(), Failure> {
        tracing::info!(name = request.name, "waiting");
        let _ended = Ended(request.name);
        for index in 0..request.tokens {
            let text = "waiting".to_owned();
            items.send(Token { index, text }).await?;
        }
        std::future::pending().await
    }
}

/// Logs when the handler is over: its future is dropped when the caller leaves.
struct Ended(String);

impl Drop for Ended {
    fn drop(&mut self) {
        tracing::info!(name = self.0, "waited enough");
    }
}

/// The words of a text and of those `before` it.
fn count(request: &Words, before: u64) -> Result<u64, CountError> {
    let mut found = before;
    for (index, word) in (0..).zip(request.text.split_whitespace()) {
        allowed(word, index)?;
        found += 1;
    }
    if found > MOST {
        return Err(CountError::TooMany { most: MOST, found });
    }
    Ok(found)
}

fn allowed(word: &str, index: u32) -> Result<&str, CountError> {
    if word == "forbidden" {
        return Err(CountError::Forbidden {
            word: word.to_owned(),
            index,
        });
    }
    Ok(word)
}
