//! The bridge between the core and JavaScript.
//!
//! Everything crosses in batches. Towards JavaScript: events collect in a [`inbox::Inbox`], one wake-up a batch, and
//! JavaScript takes them with one synchronous call. Towards Rust: operations collect until the microtask queue is empty
//! and are handed over in one synchronous call, which writes to the sockets at once.
//!
//! A batch is one joined string, one array of fixed records that say what each piece is and how long it is, and a lane
//! for raw bytes. Payloads are never joined into one JSON text, so no payload can influence its neighbours.

// clippy looks at the test build too, in which nothing is exported.
#![cfg_attr(test, allow(dead_code))]

mod certificates;
mod command;
mod crossing;
mod direct_call;
mod document;
mod error_catalogue;
mod event;
mod inbox;
mod io_thread;
mod js_application;
mod js_events;
mod js_handler;
mod js_judge;
mod js_reader;
mod js_sink;
mod kv_action;
mod kv_session;
mod loop_lag;
mod model_action;
mod model_session;
mod native_runtime;
mod operation;
mod operation_kind;
mod parent_watch;
mod queue_action;
mod queue_session;
mod session;
mod wake;
mod wake_flag;

pub use document::contracts;
use napi_derive::napi;
use stator_bindings::{binding, document_text};

/// Version of the addon, compared with that of the TypeScript sources when they load it.
#[binding(raw)]
#[napi(catch_unwind)]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// What this build of the addon exports, as a document, for `stator-codegen exports`.
#[binding(raw, name = "stator.document")]
#[napi(catch_unwind, js_name = "stator.document")]
pub fn own_document() -> napi::Result<String> {
    document_text(env!("CARGO_PKG_NAME"), document::bindings).map_err(napi::Error::from_reason)
}
