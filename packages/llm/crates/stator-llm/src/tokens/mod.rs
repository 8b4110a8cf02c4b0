//! Text to tokens and back.

mod token_decoder;
mod tokenizer;

pub use token_decoder::*;
pub use tokenizer::*;
