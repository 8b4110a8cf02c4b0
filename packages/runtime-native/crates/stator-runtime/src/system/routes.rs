//! What each path answers.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    HeaderMap, Method, Response, StatusCode,
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

/// The readiness of one service: the path of it follows.
const SERVICE: &str = "/health/";

/// Answers one request. The body of a request is never read.
pub(super) async fn answer(state: SystemState, method: Method, path: String) -> Answer {
    if !matches!(path.as_str(), "/health" | "/live" | "/metrics") && !path.starts_with(SERVICE) {
        return not_found(
            "Route",
            &path,
            "there are /health, /health/<service>, /live and /metrics",
        );
    }
    if !matches!(method, Method::GET | Method::HEAD) {
        let body = json!({ "error": "Method not allowed", "message": "use GET" });
        let mut refused = json_answer(StatusCode::METHOD_NOT_ALLOWED, &body);
        refused
            .headers_mut()
            .insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return refused;
    }
    match path.as_str() {
        "/health" => report(&state.health().await),
        "/live" => report(&state.liveness().await),
        "/metrics" => match state.render_metrics().await {
            Ok(text) => plain_answer(StatusCode::OK, PROMETHEUS, text),
            Err(error) => json_answer(StatusCode::INTERNAL_SERVER_ERROR, &error),
        },
        _ => {
            let service = path.strip_prefix(SERVICE).unwrap_or_default();
            match state.health_of(service).await {
                Some(found) => report(&found),
                None => not_found("Service", service, "/health lists the services of this process"),
            }
        }
    }
}

fn not_found(what: &str, name: &str, hint: &str) -> Answer {
    let shown: String = name.chars().take(SHOWN).collect();
    let message = format!("{what} {shown} not found; {hint}");
    json_answer(
        StatusCode::NOT_FOUND,
        &json!({ "error": format!("{what} not found"), "message": message }),
    )
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
