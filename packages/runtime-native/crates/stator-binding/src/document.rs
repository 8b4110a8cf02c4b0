//! Describes everything that the runtime's Rust and TypeScript share; `src/generated` comes out of it.

use std::collections::BTreeMap;

use stator_bindings::raw_bindings;
use stator_contract::{Binding, Contracts, Registry};
use stator_runtime::{Error, config::RuntimeOptions, discovery::Instance, security::CertificateOptions};

use crate::{
    certificates::make_certificates,
    command,
    crossing::{drain, feed, submit},
    error_catalogue::error_codes,
    event, kv_action, model_action,
    native_runtime::NativeRuntime,
    operation_kind, own_document,
    parent_watch::watch_parent,
    queue_action, version,
};

/// The exports of the addon.
pub(crate) fn bindings(registry: &mut Registry) -> Vec<Binding> {
    raw_bindings![
        version,
        own_document,
        watch_parent,
        make_certificates,
        feed,
        submit,
        drain,
        NativeRuntime
    ](registry)
}

/// Adds all of it, the exports of the addon among it.
pub fn contracts(contracts: &mut Contracts) {
    contracts
        .bindings(bindings)
        .add::<Error>()
        .add::<Instance>()
        .add::<RuntimeOptions>()
        .add::<CertificateOptions>()
        .add::<command::Command>()
        .add::<command::Started>()
        .add::<command::ShutDown>()
        .add::<command::ListedInstance>()
        .add::<command::Dispute>()
        .add::<kv_action::KvEntry>()
        .add::<kv_action::KvPage>()
        .add::<kv_action::KvWritten>()
        .add::<kv_action::KvHeld>()
        .add::<kv_action::KvBatch>()
        .add::<model_action::ListedModels>()
        .add::<queue_action::QueuePut>()
        .add::<queue_action::QueueJob>()
        .add::<queue_action::QueueInfo>()
        .add::<queue_action::QueueDeadPage>()
        .constant(
            "error_codes",
            "What there is to know about each error code.",
            &error_codes(),
        )
        .constant("event", "Kinds of the records that arrive from the addon.", &events())
        .constant("event_flag", "Flags of those records.", &event_flags())
        .constant(
            "cancel_reason",
            "Why a served call ends before its handler does.",
            &cancel_reasons(),
        )
        .constant("question", "What the addon asks the application.", &questions())
        .constant("operation", "Kinds of the records that go to the addon.", &operations())
        .constant("operation_flag", "Flags of those records.", &operation_flags())
        .constant(
            "route",
            "How a call finds its instance, as part of the kind of its record.",
            &routes(),
        )
        .constant("blocked", "Which side a blocked call is on.", &blocked())
        .constant(
            "record_slots",
            "Numbers in a record, in both directions.",
            &record_slots(),
        );
}

fn events() -> BTreeMap<String, u32> {
    table(&[
        ("message", event::MESSAGE),
        ("end", event::END),
        ("fail", event::FAIL),
        ("callWritable", event::CALL_WRITABLE),
        ("open", event::OPEN),
        ("request", event::REQUEST),
        ("requestEnd", event::REQUEST_END),
        ("cancel", event::CANCEL),
        ("servedWritable", event::SERVED_WRITABLE),
        ("result", event::RESULT),
        ("instances", event::INSTANCES),
        ("attach", event::ATTACH),
        ("instanceId", event::INSTANCE_ID),
        ("dispute", event::DISPUTE),
        ("eventHead", event::EVENT_HEAD),
        ("event", event::EVENT),
        ("eventsEnd", event::EVENTS_END),
        ("question", event::QUESTION),
    ])
}

fn questions() -> BTreeMap<String, u32> {
    use event::Question::{Liveness, Metrics, Readiness};
    table(&[
        ("liveness", Liveness as u32),
        ("readiness", Readiness as u32),
        ("metrics", Metrics as u32),
    ])
}

fn event_flags() -> BTreeMap<String, u32> {
    table(&[
        ("bytes", event::BYTES),
        ("msgpack", event::MSGPACK),
        ("last", event::LAST),
        ("stream", event::STREAM),
        ("sameContract", event::SAME_CONTRACT),
        ("otherContract", event::OTHER_CONTRACT),
        ("blob", event::BLOB),
        ("longInteger", event::LONG_INTEGER),
    ])
}

fn cancel_reasons() -> BTreeMap<String, u32> {
    use event::CancelReason::{Deadline, Kill, Lost, Stop, Unsendable};
    table(&[
        ("stop", Stop as u32),
        ("kill", Kill as u32),
        ("deadline", Deadline as u32),
        ("lost", Lost as u32),
        ("unsendable", Unsendable as u32),
    ])
}

fn operations() -> BTreeMap<String, u32> {
    table(&[
        ("call", operation_kind::CALL),
        ("cancel", operation_kind::CANCEL),
        ("consumed", operation_kind::CONSUMED),
        ("callSend", operation_kind::CALL_SEND),
        ("callFinish", operation_kind::CALL_FINISH),
        ("item", operation_kind::ITEM),
        ("finish", operation_kind::FINISH),
        ("fail", operation_kind::FAIL),
        ("taken", operation_kind::TAKEN),
        ("release", operation_kind::RELEASE),
        ("publish", operation_kind::PUBLISH),
        ("eventsTaken", operation_kind::EVENTS_TAKEN),
    ])
}

fn operation_flags() -> BTreeMap<String, u32> {
    table(&[
        ("bytes", operation_kind::BYTES),
        ("direct", operation_kind::DIRECT),
        ("msgpack", operation_kind::MSGPACK),
        ("annotated", operation_kind::ANNOTATED),
        ("last", operation_kind::LAST),
        ("stream", operation_kind::STREAM),
    ])
}

fn routes() -> BTreeMap<String, u32> {
    use operation_kind::{ROUTE_DIRECT, ROUTE_LEAST_LOADED, ROUTE_RANDOM, ROUTE_SHIFT, ROUTE_TWO_CHOICES};
    table(&[
        ("roundRobin", 0),
        ("random", ROUTE_RANDOM << ROUTE_SHIFT),
        ("leastLoaded", ROUTE_LEAST_LOADED << ROUTE_SHIFT),
        ("direct", ROUTE_DIRECT << ROUTE_SHIFT),
        ("twoChoices", ROUTE_TWO_CHOICES << ROUTE_SHIFT),
    ])
}

fn blocked() -> BTreeMap<String, u32> {
    table(&[
        ("call", operation_kind::BLOCKED_CALL),
        ("served", operation_kind::BLOCKED_SERVED),
    ])
}

fn record_slots() -> u8 {
    u8::try_from(event::SLOTS).unwrap_or(u8::MAX)
}

fn table(entries: &[(&str, u32)]) -> BTreeMap<String, u32> {
    entries
        .iter()
        .map(|(name, value)| ((*name).to_owned(), *value))
        .collect()
}
