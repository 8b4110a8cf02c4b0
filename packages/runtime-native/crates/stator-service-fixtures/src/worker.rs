use stator_generations_fixtures::{first, second, third};
use stator_service::{Context, Failure, Items};

/// A service of each release.
pub struct Worker;

impl first::TextsService for Worker {
    async fn cut(&self, request: first::Text, items: Items<first::Piece>, _: Context) -> Result<(), Failure> {
        for word in request.text.split_whitespace() {
            let (text, kind) = (word.to_owned(), first::PieceKind::Word);
            items.send(first::Piece { text, kind }).await?;
        }
        Ok(())
    }

    async fn count(&self, request: first::Text, _: Context) -> Result<first::Count, Failure> {
        let words = count(&request.text);
        Ok(first::Count { words, release: 1 })
    }
}

impl second::TextsService for Worker {
    async fn cut(&self, request: second::Text, items: Items<second::Piece>, _: Context) -> Result<(), Failure> {
        let limit = request.limit.unwrap_or(u32::MAX);
        for (place, word) in (0..limit).zip(request.text.split_whitespace()) {
            let (text, kind) = (word.to_owned(), second::PieceKind::Word);
            items.send(second::Piece { text, kind, place }).await?;
        }
        Ok(())
    }

    async fn count(&self, request: second::Text, _: Context) -> Result<second::Count, Failure> {
        let words = count(&request.text);
        Ok(second::Count { words, release: 2 })
    }
}

/// Says so when it is called.
impl third::TextsService for Worker {
    async fn cut(&self, request: third::Text, items: Items<third::Piece>, _: Context) -> Result<(), Failure> {
        tracing::info!("called");
        for word in request.text.split_whitespace() {
            let (text, kind) = (word.to_owned(), third::PieceKind::Word);
            items.send(third::Piece { text, kind }).await?;
        }
        Ok(())
    }

    async fn count(&self, request: third::Text, _: Context) -> Result<third::Count, Failure> {
        tracing::info!("called");
        let words = count(&request.text);
        Ok(third::Count { words, release: 3 })
    }
}

fn count(text: &str) -> u32 {
    text.split_whitespace()
        .zip(0..)
        .map(|(_, place)| place + 1)
        .last()
        .unwrap_or(0)
}
