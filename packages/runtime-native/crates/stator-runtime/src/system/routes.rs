//! What each path answers.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    HeaderMap, Method, Request, Response, StatusCode,
    header::{ALLOW, CONTENT_TYPE, HeaderValue},
};
use serde::Serialize;
use serde_json::json;

use super::{SystemState, health_report::HealthReport};

type Answer = Response<Full<Bytes>>;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const PROMETHEUS: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

/// Longest path that is repeated in an answer, in characters.
const SHOWN: usize = 100;

/// Answers one request. The body of a request is never read.
pub(super) fn answer<B>(state: &SystemState, request: &Request<B>) -> Answer {
    let path = request.uri().path();
    if !matches!(path, "/health" | "/live" | "/metrics") {
        let shown: String = path.chars().take(SHOWN).collect();
        let message = format!("Route {shown} not found; there are /health, /live and /metrics");
        return json_answer(
            StatusCode::NOT_FOUND,
            &json!({ "error": "Route not found", "message": message }),
        );
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let body = json!({ "error": "Method not allowed", "message": "use GET" });
        let mut refused = json_answer(StatusCode::METHOD_NOT_ALLOWED, &body);
        refused
            .headers_mut()
            .insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return refused;
    }
    match path {
        "/health" => report(&state.health()),
        "/live" => report(&state.liveness()),
        _ => match state.metrics().render() {
            Ok(text) => plain_answer(StatusCode::OK, PROMETHEUS, text),
            Err(error) => json_answer(StatusCode::INTERNAL_SERVER_ERROR, &error),
        },
    }
}

fn report(report: &HealthReport) -> Answer {
    json_answer(
        if report.is_ready() {
            StatusCode::OK
        } else {
            StatusCode::SERVICE_UNAVAILABLE
        },
        report,
    )
}

fn json_answer(status: StatusCode, body: &impl Serialize) -> Answer {
    match serde_json::to_string(body) {
        Ok(text) => plain_answer(status, JSON, text),
        Err(error) => plain_answer(
            StatusCode::INTERNAL_SERVER_ERROR,
            HeaderValue::from_static("text/plain"),
            error.to_string(),
        ),
    }
}

fn plain_answer(status: StatusCode, content_type: HeaderValue, text: String) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(text)));
    *answer.status_mut() = status;
    *answer.headers_mut() = HeaderMap::from_iter([(CONTENT_TYPE, content_type)]);
    answer
}
