use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, IntGaugeVec, Opts, Registry, core::Collector};

/// Who a number is about. The worker's id is added when the numbers are read, because it may change.
pub(super) const ENDPOINT_LABELS: [&str; 3] = ["dynamo_namespace", "dynamo_component", "dynamo_endpoint"];
const ERROR_LABELS: [&str; 4] = [ENDPOINT_LABELS[0], ENDPOINT_LABELS[1], ENDPOINT_LABELS[2], "error_type"];

/// Upper bounds in seconds, the original's: fine below a second, and long enough for generations that take minutes.
const DURATION_BUCKETS: [f64; 17] = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0,
];

/// One family a name; each holds one row an endpoint.
pub(super) struct Families {
    pub(super) requests: IntCounterVec,
    pub(super) duration: HistogramVec,
    pub(super) in_flight: IntGaugeVec,
    pub(super) request_bytes: IntCounterVec,
    pub(super) response_bytes: IntCounterVec,
    pub(super) errors: IntCounterVec,
    pub(super) cancellations: IntCounterVec,
}

impl Families {
    pub(super) fn register(registry: &Registry) -> prometheus::Result<Self> {
        let counter =
            |name: &str, help: &str| registered(registry, IntCounterVec::new(options(name, help), &ENDPOINT_LABELS)?);
        Ok(Self {
            requests: counter("requests_total", "Calls that handlers were given.")?,
            duration: registered(
                registry,
                HistogramVec::new(
                    HistogramOpts::from(options(
                        "request_duration_seconds",
                        "Time from taking a call to its end.",
                    ))
                    .buckets(DURATION_BUCKETS.to_vec()),
                    &ENDPOINT_LABELS,
                )?,
            )?,
            in_flight: registered(
                registry,
                IntGaugeVec::new(
                    options("inflight_requests", "Calls that handlers are working on."),
                    &ENDPOINT_LABELS,
                )?,
            )?,
            request_bytes: counter("request_bytes_total", "Bytes of payload received in calls.")?,
            response_bytes: counter("response_bytes_total", "Bytes of payload sent in answers.")?,
            errors: registered(
                registry,
                IntCounterVec::new(
                    options("errors_total", "Calls that ended with an error, by its code."),
                    &ERROR_LABELS,
                )?,
            )?,
            cancellations: counter("cancellation_total", "Calls that the caller cancelled.")?,
        })
    }
}

/// Makes a collector part of what is scraped.
pub(super) fn registered<C: Collector + Clone + 'static>(registry: &Registry, collector: C) -> prometheus::Result<C> {
    registry.register(Box::new(collector.clone()))?;
    Ok(collector)
}

/// `dynamo_component_{name}`.
pub(super) fn options(name: &str, help: &str) -> Opts {
    Opts::new(name, help).namespace("dynamo").subsystem("component")
}
