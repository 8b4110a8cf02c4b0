use std::fmt;

use serde_json::{Map, Value};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    fmt::{FmtContext, FormatFields, FormattedFields, format::Writer},
    registry::LookupSpan,
};

/// The message of an event, its own fields, and those of the call around it.
#[derive(Default)]
pub(super) struct Fields {
    pub message: String,
    pub named: Map<String, Value>,
}

impl Fields {
    pub fn of<S, N>(context: &FmtContext<'_, S, N>, event: &Event<'_>) -> Self
    where
        S: Subscriber + for<'lookup> LookupSpan<'lookup>,
        N: for<'writer> FormatFields<'writer> + 'static,
    {
        let mut fields = Self::default();
        for span in context
            .event_scope()
            .into_iter()
            .flat_map(tracing_subscriber::registry::Scope::from_root)
        {
            let extensions = span.extensions();
            let kept = extensions.get::<FormattedFields<SpanFields>>();
            if let Some(Ok(Value::Object(kept))) = kept.map(|kept| serde_json::from_str(&kept.fields)) {
                fields.named.extend(kept);
            }
        }
        event.record(&mut fields);
        fields
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            value.clone_into(&mut self.message);
        } else {
            self.named.insert(field.name().to_owned(), value.into());
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.named.insert(field.name().to_owned(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.named.insert(field.name().to_owned(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.named.insert(field.name().to_owned(), value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.named.insert(field.name().to_owned(), value.into());
    }
}

/// Keeps the fields of a span as JSON until a line needs them.
pub(super) struct SpanFields;

impl<'writer> FormatFields<'writer> for SpanFields {
    fn format_fields<R: tracing_subscriber::field::RecordFields>(
        &self,
        mut writer: Writer<'writer>,
        fields: R,
    ) -> fmt::Result {
        let mut kept = Fields::default();
        fields.record(&mut kept);
        let text = serde_json::to_string(&kept.named).map_err(|_| fmt::Error)?;
        fmt::Write::write_str(&mut writer, &text)
    }
}
