//! What a service sends and answers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use stator_contract::{Bytes, Contract, Millis, UnixMillis};
use ts_rs::TS;

use crate::Mode;

/// A conversation to be continued.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChatRequest {
    pub model: String,
    pub messages: Vec<ChatMessage>,
    #[serde(default)]
    pub sampling: Sampling,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<Tool>,
    pub seed: Option<u64>,
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(tag = "role", rename_all = "lowercase")]
pub enum ChatMessage {
    System {
        content: String,
    },
    User {
        content: Vec<ContentPart>,
    },
    Assistant {
        content: Option<String>,
        #[serde(default)]
        calls: Vec<ToolCall>,
    },
    Tool {
        id: String,
        content: String,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ContentPart {
    Text { text: String },
    Image { bytes: Bytes, mime: String },
    ImageUrl { url: url::Url },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Tool {
    pub name: String,
    pub parameters: serde_json::Value,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "camelCase")]
pub struct ToolCall {
    pub call_id: uuid::Uuid,
    pub name: String,
    pub arguments: BTreeMap<String, serde_json::Value>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(default, rename_all = "camelCase")]
pub struct Sampling {
    pub temperature: f32,
    pub top_p: f64,
    pub max_tokens: u32,
    pub stop: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "camelCase")]
pub struct ChatToken {
    pub index: u32,
    pub token_id: u32,
    pub text: String,
    pub log_probability: Option<f32>,
    pub finish: Option<FinishReason>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "snake_case")]
pub enum FinishReason {
    Stop,
    Length,
    ToolCalls,
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    #[contract(integer = "number")]
    pub prompt_tokens: u64,
    #[contract(integer = "number")]
    pub completion_tokens: u64,
    pub took: Millis,
    pub started: UnixMillis,
    pub worker: u64,
}

/// Ten fields of the usual kinds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    pub id: u32,
    pub customer: String,
    pub email: String,
    pub quantity: u16,
    pub price: f64,
    pub paid: bool,
    pub note: Option<String>,
    pub tags: Vec<String>,
    pub priority: Mode,
    pub discount: i32,
}

impl Default for Sampling {
    fn default() -> Self {
        Self {
            temperature: 0.7,
            top_p: 1.0,
            max_tokens: 256,
            stop: vec!["\n\n".to_owned()],
        }
    }
}
