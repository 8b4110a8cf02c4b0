use std::sync::Arc;

use stator_bindings::binding;

/// A tokenizer, as models ship it in `tokenizer.json`. It is shared by all threads.
#[binding]
pub struct Tokenizer {
    pub(super) inner: Arc<tokenizers::Tokenizer>,
}

#[binding]
impl Tokenizer {
    /// From the text of a `tokenizer.json`. Large vocabularies take a while; it is done on a thread of the addon.
    #[binding(blocking)]
    pub fn from_json(json: String) -> Result<Self, String> {
        json.parse::<tokenizers::Tokenizer>()
            .map(|inner| Self { inner: Arc::new(inner) })
            .map_err(|error| format!("not a tokenizer.json: {error}"))
    }

    /// The tokens of a text, on a thread of the addon. `add_special_tokens` adds what the model begins prompts with; chat
    /// templates do that themselves.
    #[binding(blocking)]
    pub fn encode(&self, text: String, add_special_tokens: bool) -> Result<Vec<u32>, String> {
        self.inner
            .encode_fast(text, add_special_tokens)
            .map(|encoding| encoding.get_ids().to_vec())
            .map_err(|error| error.to_string())
    }

    /// The text of tokens.
    pub fn decode(&self, token_ids: Vec<u32>, skip_special_tokens: bool) -> Result<String, String> {
        self.inner
            .decode(&token_ids, skip_special_tokens)
            .map_err(|error| error.to_string())
    }

    /// The token of that exact text, such as `</s>`; null if there is none.
    pub fn token_to_id(&self, token: String) -> Option<u32> {
        self.inner.token_to_id(&token)
    }

    /// The text of a token, as the vocabulary has it; null if there is none.
    pub fn id_to_token(&self, token_id: u32) -> Option<String> {
        self.inner.id_to_token(token_id)
    }

    /// How many tokens there are, added ones included.
    #[binding(getter)]
    pub fn vocabulary_size(&self) -> u32 {
        u32::try_from(self.inner.get_vocab_size(true)).unwrap_or(u32::MAX)
    }
}
