use std::{array, fmt, sync::OnceLock, time::Duration};

use prometheus::{Histogram, IntCounter, IntCounterVec, IntGauge};

use super::families::Families;
use crate::ErrorCode;

/// The counters of one endpoint, made once, so that a call costs a few atomic additions and no look-up.
///
/// Every call is [`started`](Self::started) once and [`finished`](Self::finished) once.
pub struct EndpointMetrics {
    requests: IntCounter,
    duration: Histogram,
    in_flight: IntGauge,
    request_bytes: IntCounter,
    response_bytes: IntCounter,
    cancellations: IntCounter,
    /// Rows appear with the first error of their code, as nobody wants nineteen zeros an endpoint.
    errors: [OnceLock<IntCounter>; ErrorCode::ALL.len()],
    error_family: IntCounterVec,
    labels: [String; 3],
}

impl EndpointMetrics {
    pub(super) fn new(families: &Families, labels: [String; 3]) -> Self {
        // As many values as the families have labels, which is all that these look-ups can fail for.
        let row = labels.each_ref().map(String::as_str);
        Self {
            requests: families.requests.with_label_values(&row),
            duration: families.duration.with_label_values(&row),
            in_flight: families.in_flight.with_label_values(&row),
            request_bytes: families.request_bytes.with_label_values(&row),
            response_bytes: families.response_bytes.with_label_values(&row),
            cancellations: families.cancellations.with_label_values(&row),
            errors: array::from_fn(|_| OnceLock::new()),
            error_family: families.errors.clone(),
            labels,
        }
    }

    /// A handler was given a call with a payload of `bytes`.
    pub fn started(&self, bytes: u64) {
        self.requests.inc();
        self.in_flight.inc();
        self.request_bytes.inc_by(bytes);
    }

    /// More payload of a running call arrived, after what [`started`](Self::started) counted.
    pub fn request_bytes(&self, bytes: u64) {
        self.request_bytes.inc_by(bytes);
    }

    /// Payload of an answer was sent.
    pub fn response_bytes(&self, bytes: u64) {
        self.response_bytes.inc_by(bytes);
    }

    /// The caller cancelled. The call is still to be finished.
    pub fn cancelled(&self) {
        self.cancellations.inc();
    }

    /// A call ended after `duration`, with `error` or well.
    pub fn finished(&self, duration: Duration, error: Option<ErrorCode>) {
        self.in_flight.dec();
        self.duration.observe(duration.as_secs_f64());
        if let Some((code, row)) = error.and_then(|code| Some((code, self.errors.get(code as usize)?))) {
            row.get_or_init(|| self.error_row(code)).inc();
        }
    }

    fn error_row(&self, code: ErrorCode) -> IntCounter {
        let [namespace, component, endpoint] = self.labels.each_ref().map(String::as_str);
        self.error_family
            .with_label_values(&[namespace, component, endpoint, code.as_str()])
    }
}

impl fmt::Debug for EndpointMetrics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("EndpointMetrics")
            .field("labels", &self.labels)
            .finish_non_exhaustive()
    }
}
