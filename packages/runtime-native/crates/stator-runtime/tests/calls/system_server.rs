//! The system server over real connections.
#![allow(clippy::expect_used, reason = "a failed expectation is a failed test")]

use std::{
    future::pending,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use stator_runtime::{
    ErrorCode,
    config::HealthStatus,
    discovery::BoxFuture,
    system::{Application, Check, ServiceHealth, ServicesHealth, SystemServer, SystemState},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

const WORKER: u64 = 0xa3d4_b258_83a5_d4ed;
const PATIENCE: Duration = Duration::from_secs(30);

async fn start(starting: HealthStatus) -> (SystemServer, SystemState) {
    let state = SystemState::new(WORKER, starting).expect("a state");
    let server = SystemServer::start(([127, 0, 0, 1], 0).into(), state.clone())
        .await
        .expect("a free port");
    (server, state)
}

/// Sends bytes and returns everything that comes back before the server closes the connection.
async fn send(address: SocketAddr, bytes: &[u8]) -> String {
    let mut connection = TcpStream::connect(address).await.expect("connect");
    // The server may close before it has read all of a request that it refuses.
    let _ = connection.write_all(bytes).await;
    let mut text = Vec::new();
    let _ = timeout(PATIENCE, connection.read_to_end(&mut text))
        .await
        .expect("the server closes the connection");
    String::from_utf8(text).expect("UTF-8")
}

async fn get(address: SocketAddr, path: &str) -> (u16, String, String) {
    let text = send(address, format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).await;
    let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .expect("a status");
    (status, head.to_owned(), body.to_owned())
}

async fn get_json(address: SocketAddr, path: &str) -> (u16, Value) {
    let (status, _, body) = get(address, path).await;
    (status, serde_json::from_str(&body).expect("JSON"))
}

#[tokio::test]
async fn health_says_what_it_was_told() {
    let (server, state) = start(HealthStatus::Notready).await;
    let (status, body) = get_json(server.address(), "/health").await;
    assert_eq!(
        (status, &body["status"], &body["endpoints"]),
        (503, &json!("notready"), &json!({}))
    );
    assert!(
        body["uptime"]["secs"].is_u64() && body["uptime"]["nanos"].is_u64(),
        "{body}"
    );

    state.set_endpoint("hello.backend.generate", true);
    state.set_endpoint("hello.backend.count", false);
    assert_eq!(
        get_json(server.address(), "/health").await.0,
        503,
        "endpoints alone make nobody ready"
    );
    state.set_health(true);
    let (status, body) = get_json(server.address(), "/health").await;
    let endpoints = json!({ "hello.backend.generate": "ready", "hello.backend.count": "notready" });
    assert_eq!(
        (status, &body["status"], &body["endpoints"]),
        (200, &json!("ready"), &endpoints)
    );

    state.set_health(false);
    state.remove_endpoint("hello.backend.count");
    let (status, body) = get_json(server.address(), "/health").await;
    assert_eq!(
        (status, &body["endpoints"]),
        (503, &json!({ "hello.backend.generate": "ready" }))
    );
}

#[tokio::test]
async fn health_may_start_ready() {
    let (server, _state) = start(HealthStatus::Ready).await;
    assert_eq!(get_json(server.address(), "/health").await.0, 200);
}

#[tokio::test]
async fn a_process_that_answers_lives_unless_a_probe_says_otherwise() {
    let (server, state) = start(HealthStatus::Notready).await;
    let (status, body) = get_json(server.address(), "/live").await;
    assert_eq!(
        (status, &body["status"]),
        (200, &json!("ready")),
        "liveness is not readiness"
    );
    let alive = Arc::new(AtomicBool::new(false));
    let probe = Arc::clone(&alive);
    state.add_liveness(move || probe.load(Ordering::Relaxed));
    assert_eq!(get_json(server.address(), "/live").await.0, 503);
    alive.store(true, Ordering::Relaxed);
    assert_eq!(get_json(server.address(), "/live").await.0, 200);
}

#[tokio::test]
async fn metrics_have_the_names_of_the_original() {
    let (server, state) = start(HealthStatus::Ready).await;
    let calls = state.metrics().endpoint("hello", "backend", "generate");
    calls.started(100);
    calls.response_bytes(7);
    calls.response_bytes(8);
    calls.finished(Duration::from_millis(20), None);
    calls.started(1);
    calls.cancelled();
    calls.finished(Duration::from_secs(200), Some(ErrorCode::Cancelled));
    // The same endpoint, asked for again, goes on counting.
    state.metrics().endpoint("hello", "backend", "generate").started(0);
    state.metrics().set_loop_lag_ms(250.0);
    state.metrics().set_loop_lag_ms(f64::NAN);

    let (status, head, text) = get(server.address(), "/metrics").await;
    assert_eq!(status, 200);
    assert!(head.contains("text/plain; version=0.0.4"), "{head}");
    let labels = r#"dynamo_component="backend",dynamo_endpoint="generate",dynamo_namespace="hello""#;
    let worker = r#"worker_id="a3d4b25883a5d4ed""#;
    for line in [
        format!("dynamo_component_requests_total{{{labels},{worker}}} 3"),
        format!("dynamo_component_inflight_requests{{{labels},{worker}}} 1"),
        format!("dynamo_component_request_bytes_total{{{labels},{worker}}} 101"),
        format!("dynamo_component_response_bytes_total{{{labels},{worker}}} 15"),
        format!("dynamo_component_cancellation_total{{{labels},{worker}}} 1"),
        format!(r#"dynamo_component_errors_total{{{labels},error_type="cancelled",{worker}}} 1"#),
        format!(r#"dynamo_component_request_duration_seconds_bucket{{{labels},{worker},le="0.01"}} 0"#),
        format!(r#"dynamo_component_request_duration_seconds_bucket{{{labels},{worker},le="0.025"}} 1"#),
        format!(r#"dynamo_component_request_duration_seconds_bucket{{{labels},{worker},le="120"}} 1"#),
        format!(r#"dynamo_component_request_duration_seconds_bucket{{{labels},{worker},le="600"}} 2"#),
        format!("dynamo_component_request_duration_seconds_count{{{labels},{worker}}} 2"),
        format!("stator_event_loop_lag_seconds{{{worker}}} 0.25"),
    ] {
        assert!(text.lines().any(|known| known == line), "{line} is missing in:\n{text}");
    }
    let number = |name: &str| -> Option<f64> {
        let row = format!("{name}{{{worker}}} ");
        text.lines()
            .find_map(|line| line.strip_prefix(row.as_str()))?
            .parse()
            .ok()
    };
    assert!(number("dynamo_component_uptime_seconds").expect("the uptime") > 0.0);
    if cfg!(all(target_os = "linux", target_env = "gnu")) {
        assert!(number("process_resident_memory_bytes").expect("the resident memory") > 0.0);
        assert!(number("stator_native_heap_bytes").expect("the native heap") > 0.0);
    }
    assert_eq!(text.matches("error_type").count(), 1, "only errors that happened");
}

#[tokio::test]
async fn counting_from_many_threads_loses_nothing() {
    let (server, state) = start(HealthStatus::Ready).await;
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let calls = state.metrics().endpoint("hello", "backend", "generate");
                for _ in 0..10_000 {
                    calls.started(2);
                    calls.finished(Duration::ZERO, Some(ErrorCode::Internal));
                }
            });
        }
    });
    let text = get(server.address(), "/metrics").await.2;
    let number = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).expect("a row");
        line.rsplit(' ').next().map(str::to_owned).expect("a number")
    };
    assert_eq!(number("dynamo_component_requests_total"), "40000");
    assert_eq!(number("dynamo_component_request_bytes_total"), "80000");
    assert_eq!(number("dynamo_component_errors_total"), "40000");
    assert_eq!(number("dynamo_component_inflight_requests"), "0");
}

#[tokio::test]
async fn other_paths_and_methods_are_refused() {
    let (server, _state) = start(HealthStatus::Ready).await;
    let (status, body) = get_json(server.address(), "/%22quote").await;
    assert_eq!((status, &body["error"]), (404, &json!("Route not found")));
    assert!(
        body["message"]
            .as_str()
            .is_some_and(|message| message.contains("/metrics")),
        "{body}"
    );
    let text = send(
        server.address(),
        b"POST /health HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n",
    )
    .await;
    assert!(
        text.starts_with("HTTP/1.1 405") && text.contains("allow: GET, HEAD"),
        "{text}"
    );
    let text = send(server.address(), b"HEAD /health HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert!(text.starts_with("HTTP/1.1 200") && text.ends_with("\r\n\r\n"), "{text}");
}

#[tokio::test]
async fn garbage_harms_nobody() {
    let (server, _state) = start(HealthStatus::Ready).await;
    let mut idle = Vec::new();
    for _ in 0..32 {
        idle.push(TcpStream::connect(server.address()).await.expect("connect"));
    }
    let huge = format!("GET /health HTTP/1.1\r\nx: {}\r\n\r\n", "a".repeat(1 << 20));
    let many = format!("GET /health HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(500));
    for garbage in [
        b"\x00\x01\x02\xff garbage\r\n\r\n".as_slice(),
        huge.as_bytes(),
        many.as_bytes(),
    ] {
        let text = send(server.address(), garbage).await;
        assert!(text.is_empty() || text.starts_with("HTTP/1.1 4"), "{text}");
    }
    assert_eq!(get_json(server.address(), "/health").await.0, 200);
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let (server, state) = start(HealthStatus::Ready).await;
    let error = SystemServer::start(server.address(), state).await.expect_err("taken");
    assert_eq!(error.code, ErrorCode::AddressInUse);
    let port = server.address().to_string();
    assert!(
        error.message.contains(&port) && error.message.contains("DYN_SYSTEM_PORT"),
        "{error}"
    );
}

#[tokio::test]
async fn a_foreign_address_is_refused() {
    let state = SystemState::new(WORKER, HealthStatus::Ready).expect("a state");
    let error = SystemServer::start("192.0.2.1:0".parse().expect("an address"), state)
        .await
        .expect_err("not ours");
    assert_eq!(error.code, ErrorCode::InvalidArgument);
    assert!(
        error.message.contains("192.0.2.1:0") && error.message.contains("DYN_SYSTEM_HOST"),
        "{error}"
    );
}

#[tokio::test]
async fn a_stopped_server_frees_its_port() {
    let (server, state) = start(HealthStatus::Ready).await;
    let address = server.address();
    let idle = TcpStream::connect(address).await.expect("connect");
    timeout(PATIENCE, server.stop())
        .await
        .expect("an idle connection does not hold it up");
    drop(idle);
    let again = SystemServer::start(address, state).await.expect("the port is free");
    assert_eq!(get_json(again.address(), "/health").await.0, 200);
}

/// An application that says what it is told to, or nothing.
struct Told {
    worker: Option<ServiceHealth>,
    metrics: Option<String>,
    patience: Duration,
}

impl Application for Told {
    fn patience(&self) -> Option<Duration> {
        Some(self.patience)
    }

    fn health(&self, check: Check) -> BoxFuture<'static, Option<ServicesHealth>> {
        let (worker, ready) = (
            self.worker.clone(),
            ServiceHealth {
                status: HealthStatus::Ready,
                message: None,
            },
        );
        Box::pin(async move {
            let Some(worker) = worker else { return pending().await };
            let worker = if check == Check::Liveness {
                ready.clone()
            } else {
                worker
            };
            Some(ServicesHealth::from([
                ("hello.front".to_owned(), ready),
                ("hello.worker".to_owned(), worker),
            ]))
        })
    }

    fn metrics(&self) -> BoxFuture<'static, Option<String>> {
        let metrics = self.metrics.clone();
        Box::pin(async move {
            match metrics {
                Some(text) => Some(text),
                None => pending().await,
            }
        })
    }
}

#[tokio::test]
async fn an_application_speaks_for_its_services() {
    let (server, state) = start(HealthStatus::Ready).await;
    let address = server.address();
    assert_eq!(
        get_json(address, "/health/hello.worker").await.0,
        404,
        "nobody is asked"
    );
    state.watch_application(Arc::new(Told {
        worker: Some(ServiceHealth {
            status: HealthStatus::Notready,
            message: Some("no model yet".to_owned()),
        }),
        metrics: Some("tokens_total 5\n".to_owned()),
        patience: PATIENCE,
    }));
    let (status, body) = get_json(address, "/health").await;
    let services = json!({
        "hello.front": { "status": "ready" },
        "hello.worker": { "status": "notready", "message": "no model yet" },
    });
    assert_eq!(
        (status, &body["status"], &body["services"]),
        (503, &json!("notready"), &services)
    );
    assert_eq!(get_json(address, "/live").await.0, 200);
    assert_eq!(get_json(address, "/health/hello.front").await.0, 200);
    let (status, body) = get_json(address, "/health/hello.worker").await;
    assert_eq!(
        (status, &body["services"]["hello.worker"]["message"]),
        (503, &json!("no model yet"))
    );
    let (status, body) = get_json(address, "/health/hello.other").await;
    assert_eq!((status, &body["error"]), (404, &json!("Service not found")));
    assert!(get(address, "/metrics").await.2.ends_with("\ntokens_total 5\n"));

    state.set_health(false);
    assert_eq!(
        get_json(address, "/health/hello.front").await.0,
        503,
        "the process itself counts too"
    );
}

#[tokio::test]
async fn an_application_that_does_not_answer_is_neither_alive_nor_ready() {
    let (server, state) = start(HealthStatus::Ready).await;
    let address = server.address();
    let silent = |patience| Told {
        worker: None,
        metrics: None,
        patience,
    };
    state.watch_application(Arc::new(Told {
        metrics: Some("tokens_total 5\n".to_owned()),
        ..silent(PATIENCE)
    }));
    assert!(get(address, "/metrics").await.2.contains("tokens_total 5"));
    state.watch_application(Arc::new(silent(Duration::from_millis(20))));
    for path in ["/live", "/health", "/health/hello.worker"] {
        let (status, body) = get_json(address, path).await;
        assert_eq!((status, &body["status"]), (503, &json!("notready")), "{path}");
        assert!(
            body["message"]
                .as_str()
                .is_some_and(|text| text.contains("within 20 ms")),
            "{body}"
        );
    }
    assert!(
        get(address, "/metrics").await.2.contains("tokens_total 5"),
        "what it counted at the last scrape"
    );
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[tokio::test]
async fn the_native_heap_has_what_is_allocated_until_it_is_freed() {
    // Far more than the tests beside this one could have allocated meanwhile; nothing is written to it.
    const HELD: usize = 1024 * 1024 * 1024;
    let (server, _state) = start(HealthStatus::Ready).await;
    let heap = async || -> f64 {
        let text = get(server.address(), "/metrics").await.2;
        let line = text.lines().find(|line| line.starts_with("stator_native_heap_bytes{"));
        line.and_then(|line| line.rsplit(' ').next()?.parse().ok())
            .expect("the native heap")
    };
    let before = heap().await;
    let held = std::hint::black_box(Vec::<u8>::with_capacity(HELD));
    let with = heap().await;
    drop(held);
    let after = heap().await;
    let half = HELD as f64 / 2.0;
    assert!(with - before > half && with - after > half, "{before}, {with}, {after}");
}
