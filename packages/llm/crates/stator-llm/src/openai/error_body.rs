use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

/// The body of an answer that is an error.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct ErrorBody {
    pub error: ErrorObject,
}

/// What went wrong.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct ErrorObject {
    pub message: String,
    /// Such as `invalid_request_error`.
    pub r#type: String,
    /// The field that is wrong, such as `messages[0].role`.
    pub param: Option<String>,
    /// Such as `model_not_found`.
    pub code: Option<String>,
}

/// A request that cannot be answered, and what its HTTP answer says. Processors declare it as their error.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct RequestRefused {
    /// Of the HTTP answer, such as 400, 404 or 529.
    #[contract(min = 400, max = 599)]
    pub status: u16,
    pub error: ErrorObject,
}
