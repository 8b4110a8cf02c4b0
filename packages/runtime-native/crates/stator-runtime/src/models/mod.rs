//! Which models are served, and by whom: model cards in discovery, as the original keeps them.
//!
//! What a card holds is a matter of those who write and read it; here it is any JSON object.

mod model_record;
#[expect(
    clippy::module_inception,
    reason = "what the module is about is called as the module"
)]
mod models;

pub use model_record::ModelRecord;
pub use models::{ModelWatch, Models};
