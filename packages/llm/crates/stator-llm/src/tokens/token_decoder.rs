use std::sync::Arc;

use stator_bindings::binding;
use tokenizers::tokenizer::step_decode_stream;

use crate::Tokenizer;

/// Decodes the tokens of one answer as they come. What it gives never ends within a character.
#[binding]
pub struct TokenDecoder {
    tokenizer: Arc<tokenizers::Tokenizer>,
    skip_special_tokens: bool,
    ids: Vec<u32>,
    prefix: String,
    prefix_index: usize,
}

#[binding]
impl TokenDecoder {
    /// `prompt_ids` are the tokens before the first one, or the last few of them: how a token is written can depend on those
    /// before it.
    #[binding(constructor)]
    pub fn new(tokenizer: &Tokenizer, skip_special_tokens: bool, prompt_ids: Vec<u32>) -> Self {
        Self {
            tokenizer: Arc::clone(&tokenizer.inner),
            skip_special_tokens,
            ids: prompt_ids,
            prefix: String::new(),
            prefix_index: 0,
        }
    }

    /// The text that each token completes; empty where a token only begins or continues a character.
    pub fn push(&mut self, token_ids: Vec<u32>) -> Result<Vec<String>, String> {
        token_ids.into_iter().map(|id| self.step(id)).collect()
    }

    /// What is left when no more tokens come: the character that is not complete, as the tokenizer writes it.
    pub fn finish(&mut self) -> Result<String, String> {
        let whole = self
            .tokenizer
            .decode(&self.ids, self.skip_special_tokens)
            .map_err(|error| error.to_string())?;
        Ok(whole.strip_prefix(self.prefix.as_str()).unwrap_or_default().to_owned())
    }
}

impl TokenDecoder {
    fn step(&mut self, id: u32) -> Result<String, String> {
        step_decode_stream(
            &self.tokenizer,
            vec![id],
            self.skip_special_tokens,
            &mut self.ids,
            &mut self.prefix,
            &mut self.prefix_index,
        )
        .map(Option::unwrap_or_default)
        .map_err(|error| error.to_string())
    }
}
