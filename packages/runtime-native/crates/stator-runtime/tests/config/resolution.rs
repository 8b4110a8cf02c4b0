//! Options over environment over defaults, and what is said about a wrong one.
#![allow(clippy::expect_used, reason = "a failed expectation is a failed test")]

use std::{collections::BTreeSet, path::Path, time::Duration};

use serde_json::{Value, json};
use stator_runtime::{
    ErrorCode, Result,
    config::{DiscoveryBackend, HealthStatus, RequestPlane, RuntimeConfig, RuntimeOptions, SETTINGS, Source},
    discovery::{
        DiscoveryConfig, FileRoot,
        file::{default_root, project_of},
    },
    nats::NatsAuth,
};

fn resolve(options: Value, environment: &[(&str, &str)]) -> Result<RuntimeConfig> {
    RuntimeConfig::resolve(RuntimeOptions::from_json(options)?, |name| {
        environment
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| (*value).to_owned())
    })
}

fn value(config: &RuntimeConfig, option: &str) -> (Value, Source) {
    let described = config
        .describe()
        .into_iter()
        .find(|described| described.option == option)
        .expect("a setting");
    (described.value, described.source)
}

#[test]
fn defaults() {
    let config = resolve(json!({}), &[]).expect("defaults");
    assert_eq!(config.discovery, DiscoveryBackend::File);
    assert_eq!(config.request_plane, RequestPlane::Tcp);
    assert_eq!(config.starting_health_status, HealthStatus::Notready);
    assert_eq!(
        config.listen_address().to_string(),
        "127.0.0.1:0",
        "nobody else reaches it"
    );
    assert_eq!(config.system_address(), None, "off");
    let project = project_of(&std::env::current_dir().expect("a folder"));
    assert_eq!(config.file_path, default_root(&project));
    let DiscoveryConfig::File(file) = config.discovery_config() else {
        panic!("file discovery")
    };
    assert_eq!(file.root, FileRoot::Private(config.file_path.clone()));
    let numbers: [(&str, Value); 11] = [
        ("port", json!(0)),
        ("maxMessageBytes", json!(33_554_432)),
        ("connectTimeoutMs", json!(5000)),
        ("streamWindowBytes", json!(262_144)),
        ("maxConcurrentCalls", json!(10_000)),
        ("unreadTimeoutMs", json!(60_000)),
        ("keepAliveMs", json!(10_000)),
        ("shutdownTimeoutMs", json!(30_000)),
        ("gracePeriodMs", json!(0)),
        ("workerThreads", json!(1)),
        ("log", json!("warn")),
    ];
    for (option, expected) in numbers {
        assert_eq!(value(&config, option), (expected, Source::Default), "{option}");
    }
}

#[test]
fn every_setting_takes_its_option_and_its_variable() {
    // Option, value as an option, what the configuration says then; text of the variable, what it says then.
    let table: &[(&str, Value, Value, &str, Value)] = &[
        ("discovery", json!("memory"), json!("memory"), "mem", json!("memory")),
        (
            "filePath",
            json!("/a/b"),
            json!("/a/b"),
            "relative/c",
            json!("relative/c"),
        ),
        (
            "etcdEndpoints",
            json!("http://a:1,b:2"),
            json!("http://a:1,b:2"),
            " https://c:3 ",
            json!("https://c:3"),
        ),
        ("etcdLeaseTtlMs", json!(2000), json!(2000), "10", json!(10_000)),
        ("etcdStartupTimeoutMs", json!(0), json!(0), "1.5", json!(1500)),
        ("etcdRequestTimeoutMs", json!(100), json!(100), "", json!(5000)),
        ("etcdKeepAliveMs", json!(0), json!(0), "20", json!(20_000)),
        ("etcdKeepAliveTimeoutMs", json!(100), json!(100), "1", json!(1000)),
        ("etcdUsername", json!("root"), json!("root"), "worker", json!("worker")),
        ("etcdPassword", json!("pass word"), json!("***"), "secret", json!("***")),
        ("etcdCa", json!("ca.pem"), json!("ca.pem"), "/ca.pem", json!("/ca.pem")),
        (
            "etcdClientCert",
            json!("c.pem"),
            json!("c.pem"),
            "/c.pem",
            json!("/c.pem"),
        ),
        (
            "etcdClientKey",
            json!("k.pem"),
            json!("k.pem"),
            "/k.pem",
            json!("/k.pem"),
        ),
        ("requestPlane", json!("memory"), json!("memory"), " TCP ", json!("tcp")),
        ("security", json!("certs"), json!("certs"), "/certs", json!("/certs")),
        ("tlsCa", json!("x.pem"), json!("x.pem"), "/x.pem", json!("/x.pem")),
        ("tlsCert", json!("x.pem"), json!("x.pem"), "/x.pem", json!("/x.pem")),
        ("tlsKey", json!("x.pem"), json!("x.pem"), "/x.pem", json!("/x.pem")),
        ("tlsServerName", json!("a.b"), json!("a.b"), "c", json!("c")),
        (
            "tlsClientAuth",
            json!("none"),
            json!("none"),
            "Required",
            json!("required"),
        ),
        ("tlsHandshakeTimeoutMs", json!(100), json!(100), "0.25", json!(250)),
        ("token", json!("pass word"), json!("***"), "secret", json!("***")),
        ("allowPlaintext", json!(true), json!(true), "1", json!(true)),
        ("tcpCa", json!("x.pem"), json!("x.pem"), "/x.pem", json!("/x.pem")),
        ("tcpCert", json!("x.pem"), json!("x.pem"), "/x.pem", json!("/x.pem")),
        ("tcpKey", json!("x.pem"), json!("x.pem"), "/x.pem", json!("/x.pem")),
        ("tcpClientCa", json!("x.pem"), json!("x.pem"), "/x.pem", json!("/x.pem")),
        (
            "tcpClientCert",
            json!("x.pem"),
            json!("x.pem"),
            "/x.pem",
            json!("/x.pem"),
        ),
        (
            "tcpClientKey",
            json!("x.pem"),
            json!("x.pem"),
            "/x.pem",
            json!("/x.pem"),
        ),
        ("tcpServerName", json!("a.b"), json!("a.b"), "c", json!("c")),
        (
            "requestPlaneCodec",
            json!("json"),
            json!("json"),
            " MSGPACK ",
            json!("msgpack"),
        ),
        ("responsePlane", json!("tcp"), json!("tcp"), "TCP", json!("tcp")),
        ("responseHost", json!("0.0.0.0"), json!("0.0.0.0"), "::1", json!("::1")),
        ("responsePort", json!(65_535), json!(65_535), "80", json!(80)),
        ("requestTimeoutMs", json!(1), json!(1), "0.25", json!(250)),
        ("callHomeTimeoutMs", json!(1), json!(1), "", json!(30_000)),
        ("host", json!("0.0.0.0"), json!("0.0.0.0"), "::1", json!("::1")),
        ("port", json!(65_535), json!(65_535), "80", json!(80)),
        (
            "maxMessageBytes",
            json!(1_073_741_824),
            json!(1_073_741_824),
            "1024",
            json!(1024),
        ),
        ("connectTimeoutMs", json!(1), json!(1), "0.25", json!(250)),
        ("streamWindowBytes", json!(65_536), json!(65_536), "", json!(262_144)),
        ("maxConcurrentCalls", json!(1), json!(1), "20000", json!(20_000)),
        ("unreadTimeoutMs", json!(0), json!(0), "", json!(60_000)),
        ("keepAliveMs", json!(500), json!(500), "", json!(10_000)),
        ("kv", json!("file"), json!("file"), "", json!("discovery")),
        ("queue", json!("memory"), json!("memory"), "", json!("nats")),
        ("memoryCluster", json!("one"), json!("one"), "", json!("")),
        ("shutdownTimeoutMs", json!(0), json!(0), "900", json!(900_000)),
        ("gracePeriodMs", json!(5), json!(5), "1.5", json!(1500)),
        ("eventPlane", json!("memory"), json!("memory"), " NATS ", json!("nats")),
        ("eventHost", json!("10.0.0.7"), json!("10.0.0.7"), "::1", json!("::1")),
        ("eventQueueCapacity", json!(1), json!(1), "5", json!(5)),
        (
            "natsServer",
            json!("nats://a:1,b:2"),
            json!("nats://a:1,b:2"),
            "tls://c:3",
            json!("tls://c:3"),
        ),
        ("natsUsername", json!("root"), json!("root"), "worker", json!("worker")),
        ("natsPassword", json!("pass word"), json!("***"), "secret", json!("***")),
        ("natsToken", json!("token"), json!("***"), "secret", json!("***")),
        ("natsNkey", json!("SUSEED"), json!("***"), "secret", json!("***")),
        (
            "natsCredentialsFile",
            json!("a.creds"),
            json!("a.creds"),
            "/b.creds",
            json!("/b.creds"),
        ),
        ("natsCa", json!("ca.pem"), json!("ca.pem"), "/ca.pem", json!("/ca.pem")),
        (
            "natsClientCert",
            json!("c.pem"),
            json!("c.pem"),
            "/c.pem",
            json!("/c.pem"),
        ),
        (
            "natsClientKey",
            json!("k.pem"),
            json!("k.pem"),
            "/k.pem",
            json!("/k.pem"),
        ),
        ("natsStartupTimeoutMs", json!(0), json!(0), "1.5", json!(1500)),
        ("natsRequestTimeoutMs", json!(0), json!(0), "1.5", json!(1500)),
        (
            "natsResponses",
            json!("call-home"),
            json!("call-home"),
            "NATS",
            json!("nats"),
        ),
        ("workerThreads", json!(4), json!(4), "2", json!(2)),
        ("systemHost", json!("::"), json!("::"), "0.0.0.0", json!("0.0.0.0")),
        ("systemPort", json!(-1), json!(-1), "0", json!(0)),
        (
            "startingHealthStatus",
            json!("notready"),
            json!("notready"),
            "ready",
            json!("ready"),
        ),
        (
            "log",
            json!("debug,hyper=off"),
            json!("debug,hyper=off"),
            "info",
            json!("info"),
        ),
        ("logJson", json!(false), json!(false), "1", json!(true)),
    ];
    let tested: BTreeSet<_> = table.iter().map(|row| row.0).collect();
    assert_eq!(
        tested,
        SETTINGS.iter().map(|setting| setting.option).collect(),
        "the table misses none"
    );
    for (option, given, expected, text, expected_of_variable) in table {
        let setting = SETTINGS
            .iter()
            .find(|setting| setting.option == *option)
            .expect("a setting");
        let variable = setting.variable.unwrap_or("UNUSED");
        let config = resolve(json!({ *option: given }), &[(variable, text)]).expect("both are fine");
        assert_eq!(
            value(&config, option),
            (expected.clone(), Source::Option),
            "the option goes first"
        );
        let config = resolve(json!({ *option: null }), &[(variable, text)]).expect("the variable is fine");
        let source = if setting.variable.is_some() {
            Source::Environment
        } else {
            Source::Default
        };
        assert_eq!(
            value(&config, option),
            (expected_of_variable.clone(), source),
            "{option}"
        );
        let config = resolve(Value::Null, &[(variable, "  ")]).expect("blank is not set");
        assert_eq!(value(&config, option).1, Source::Default, "{option}");
    }
}

/// Options, environment, and words that the message must have.
type Mistake<'a> = (Value, &'a [(&'a str, &'a str)], &'a [&'a str]);

#[test]
fn mistakes_are_named() {
    let too_long = "x".repeat(5000);
    let table: &[Mistake] = &[
        (
            json!({ "maxMesageBytes": 1 }),
            &[],
            &["maxMesageBytes", "did you mean maxMessageBytes?"],
        ),
        (
            json!({ "zzzzzzzzzzzz": 1 }),
            &[],
            &["zzzzzzzzzzzz", "discovery, filePath"],
        ),
        (json!([1]), &[], &["[1]", "must be an object"]),
        (json!({ "port": "80" }), &[], &["option port", "\"80\"", "0 to 65535"]),
        (json!({ "port": 1.5 }), &[], &["option port", "1.5", "0 to 65535"]),
        (json!({ "port": 65_536 }), &[], &["option port", "65536", "0 to 65535"]),
        (
            json!({ "systemPort": -2 }),
            &[],
            &["option systemPort", "-2", "-1 to 65535"],
        ),
        (
            json!({ "maxMessageBytes": 1_073_741_825 }),
            &[],
            &["maxMessageBytes", "1073741824 (bytes)"],
        ),
        (
            json!({ "maxMessageBytes": 4_294_967_297_u64 }),
            &[],
            &["maxMessageBytes", "1073741824 (bytes)"],
        ),
        (
            json!({ "streamWindowBytes": 65_535 }),
            &[],
            &["streamWindowBytes", "65536 to 16777216"],
        ),
        (
            json!({ "connectTimeoutMs": 0 }),
            &[],
            &["connectTimeoutMs", "1 to 600000 (milliseconds)"],
        ),
        (json!({ "workerThreads": 0 }), &[], &["workerThreads", "1 to 1024"]),
        (json!({ "logJson": "yes" }), &[], &["logJson", "true or false"]),
        (json!({ "filePath": "" }), &[], &["filePath", "the path of a folder"]),
        (
            json!({ "host": "eth0" }),
            &[],
            &["option host", "eth0", "an IP address or localhost"],
        ),
        (json!({ "log": "warn,=,=" }), &[], &["option log", "a log filter"]),
        (
            json!({ "discovery": "kubernetes" }),
            &[],
            &[
                "option discovery",
                "kubernetes",
                "not supported",
                "file or memory or etcd",
            ],
        ),
        (
            json!({ "etcdEndpoints": " , " }),
            &[],
            &["etcdEndpoints", "http://127.0.0.1:2379"],
        ),
        (
            json!({ "etcdLeaseTtlMs": 999 }),
            &[],
            &["etcdLeaseTtlMs", "1000 to 86400000"],
        ),
        (json!({ "etcdCa": "" }), &[], &["etcdCa", "the path of a file"]),
        (
            json!({}),
            &[("DYN_EVENT_PLANE", "redis")],
            &["DYN_EVENT_PLANE", "\"redis\"", "zmq or nats or memory"],
        ),
        (
            json!({ "natsServer": "," }),
            &[],
            &["natsServer", "nats://127.0.0.1:4222"],
        ),
        (
            json!({ "etcdPassword": 7 }),
            &[],
            &["etcdPassword is a secret", "not empty"],
        ),
        (
            json!({ "discovery": "fiel" }),
            &[],
            &["fiel", "did you mean file?", "file or memory"],
        ),
        (json!({ "discovery": too_long }), &[], &["option discovery", "xxx…"]),
        (
            json!({}),
            &[("ETCD_LEASE_TTL", "0.5")],
            &["ETCD_LEASE_TTL", "seconds from 1 to 86400"],
        ),
        (
            json!({}),
            &[("DYN_DISCOVERY_BACKEND", "kubernetes")],
            &["DYN_DISCOVERY_BACKEND", "not supported", "file or memory"],
        ),
        (
            json!({}),
            &[("DYN_DISCOVERY_BACKEND", "memry")],
            &["DYN_DISCOVERY_BACKEND", "did you mean memory?"],
        ),
        (
            json!({}),
            &[("DYN_REQUEST_PLANE", "http")],
            &[
                "DYN_REQUEST_PLANE",
                "HTTP",
                "no longer exists",
                "tcp or dynamo or nats or memory",
            ],
        ),
        (
            json!({}),
            &[("DYN_TCP_RPC_PORT", "-1")],
            &["DYN_TCP_RPC_PORT", "\"-1\"", "0 to 65535"],
        ),
        (
            json!({}),
            &[("DYN_TCP_CONNECT_TIMEOUT", "soon")],
            &["DYN_TCP_CONNECT_TIMEOUT", "soon", "seconds from 0.001 to 600"],
        ),
        (
            json!({}),
            &[("DYN_TCP_CONNECT_TIMEOUT", "inf")],
            &["DYN_TCP_CONNECT_TIMEOUT", "inf"],
        ),
        (
            json!({}),
            &[("DYN_TCP_CONNECT_TIMEOUT", "NaN")],
            &["DYN_TCP_CONNECT_TIMEOUT", "NaN"],
        ),
        (
            json!({}),
            &[("DYN_GRACEFUL_SHUTDOWN_GRACE_PERIOD_SECS", "-1")],
            &["GRACE_PERIOD_SECS", "seconds from 0 to 86400"],
        ),
        (
            json!({}),
            &[("DYN_LOGGING_JSONL", "maybe")],
            &["DYN_LOGGING_JSONL", "maybe", "1, true"],
        ),
        (
            json!({}),
            &[("DYN_SYSTEM_STARTING_HEALTH_STATUS", "up")],
            &["STARTING_HEALTH_STATUS", "ready or notready"],
        ),
    ];
    for (options, environment, words) in table {
        let error = resolve(options.clone(), environment).expect_err("a mistake");
        assert_eq!(error.code, ErrorCode::InvalidArgument, "{error}");
        for word in *words {
            assert!(
                error.message.contains(word),
                "{word:?} is missing in: {}",
                error.message
            );
        }
        // With the names of all settings in it.
        assert!(error.message.len() < 1500, "{}", error.message);
    }
}

#[test]
fn a_folder_that_somebody_named_is_shared() {
    for config in [
        resolve(json!({ "filePath": "/shared" }), &[]).expect("an option"),
        resolve(json!({}), &[("DYN_FILE_KV", "/shared")]).expect("a variable"),
    ] {
        let DiscoveryConfig::File(file) = config.discovery_config() else {
            panic!("file discovery")
        };
        assert_eq!(file.root, FileRoot::Shared(Path::new("/shared").to_owned()));
    }
}

#[test]
fn the_address_of_an_etcd_chooses_etcd_unless_something_else_is_chosen() {
    let endpoints = ("ETCD_ENDPOINTS", "http://a:1, b:2,");
    for config in [
        resolve(json!({}), &[endpoints]).expect("a variable"),
        resolve(json!({ "etcdEndpoints": "http://a:1,b:2" }), &[]).expect("an option"),
    ] {
        assert!(config.etcd_follows_from_endpoints(), "worth a line in the log");
        let DiscoveryConfig::Etcd(etcd) = config.discovery_config() else {
            panic!("etcd discovery")
        };
        assert_eq!(etcd.endpoints, ["http://a:1", "b:2"]);
    }
    let chosen = resolve(json!({ "discovery": "etcd" }), &[]).expect("fine");
    assert!(!chosen.etcd_follows_from_endpoints());
    let DiscoveryConfig::Etcd(etcd) = chosen.discovery_config() else {
        panic!("etcd discovery")
    };
    assert_eq!(etcd.endpoints, ["http://localhost:2379"]);
    let other = resolve(json!({}), &[endpoints, ("DYN_DISCOVERY_BACKEND", "file")]).expect("fine");
    assert!(matches!(other.discovery_config(), DiscoveryConfig::File(_)));
    let blank = resolve(json!({}), &[("ETCD_ENDPOINTS", " ")]).expect("blank is not set");
    assert!(matches!(blank.discovery_config(), DiscoveryConfig::File(_)));
}

#[test]
fn the_event_plane_follows_from_discovery_and_the_host() {
    let plane = |options: Value| {
        let config = resolve(options, &[]).expect("fine");
        value(&config, "eventPlane").0
    };
    assert_eq!(plane(json!({})), json!("zmq"));
    assert_eq!(plane(json!({ "discovery": "etcd" })), json!("zmq"));
    assert_eq!(plane(json!({ "discovery": "memory" })), json!("memory"));
    assert_eq!(
        plane(json!({ "discovery": "memory", "eventPlane": "nats" })),
        json!("nats")
    );
    let host = |options: Value| resolve(options, &[]).expect("fine").event_address().to_string();
    assert_eq!(host(json!({})), "127.0.0.1");
    assert_eq!(host(json!({ "host": "10.0.0.7" })), "10.0.0.7");
    assert_eq!(host(json!({ "host": "0.0.0.0" })), "127.0.0.1", "nobody finds that");
    assert_eq!(host(json!({ "host": "10.0.0.7", "eventHost": "::1" })), "::1");
}

#[test]
fn the_first_way_to_sign_in_at_nats_counts() {
    let auth = |options: Value| resolve(options, &[]).expect("fine").nats_options().auth;
    let all = json!({ "natsUsername": "u", "natsPassword": "p", "natsToken": "t", "natsNkey": "n" });
    assert!(matches!(auth(all), NatsAuth::User(name, _) if name == "u"));
    assert!(matches!(
        auth(json!({ "natsUsername": "u", "natsToken": "t" })),
        NatsAuth::Token(_)
    ));
    assert!(matches!(
        auth(json!({ "natsNkey": "n", "natsCredentialsFile": "f" })),
        NatsAuth::Nkey(_)
    ));
    assert!(matches!(
        auth(json!({ "natsCredentialsFile": "f" })),
        NatsAuth::CredentialsFile(_)
    ));
    assert!(matches!(auth(json!({})), NatsAuth::Nobody));
    let config = resolve(json!({ "natsServer": "nats://a:1, tls://me:secret@b" }), &[]).expect("fine");
    assert_eq!(config.nats_options().location(), "nats://a:1,tls://b");
}

#[test]
fn passwords_are_not_shown() {
    let config = resolve(json!({ "etcdUsername": "root", "etcdPassword": "hunter2" }), &[]).expect("fine");
    let described = serde_json::to_string(&config.describe()).expect("JSON");
    for shown in [
        described,
        format!("{config:?}"),
        format!("{:?}", config.discovery_config()),
    ] {
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn derived_values() {
    let options = json!({ "host": "localhost", "port": 9, "systemPort": 0, "systemHost": "::", "unreadTimeoutMs": 0 });
    let config = resolve(options, &[]).expect("fine");
    assert_eq!(config.listen_address().to_string(), "127.0.0.1:9");
    assert_eq!(config.system_address().expect("on").to_string(), "[::]:0");
    assert_eq!(config.unread_timeout(), None, "0 is never");
    assert_eq!(config.keep_alive(), Some(Duration::from_secs(10)));
}

#[test]
fn every_setting_is_documented_with_its_default() {
    for setting in SETTINGS {
        assert!(
            setting.about.contains("Default"),
            "{}: {}",
            setting.option,
            setting.about
        );
    }
    let described = serde_json::to_value(resolve(json!({ "port": 1 }), &[]).expect("fine").describe()).expect("JSON");
    let port = described
        .as_array()
        .and_then(|all| all.iter().find(|one| one["option"] == "port"))
        .expect("port");
    assert_eq!(
        (&port["value"], &port["source"], &port["variable"]),
        (&json!(1), &json!("option"), &json!("DYN_TCP_RPC_PORT"))
    );
}

#[test]
fn a_configuration_survives_its_own_json() {
    let config = resolve(json!({ "port": 1, "log": "info" }), &[]).expect("fine");
    let text = serde_json::to_string(&config).expect("JSON");
    let again: RuntimeConfig = serde_json::from_str(&text).expect("the same fields");
    assert_eq!(serde_json::to_string(&again).expect("JSON"), text);
    let more = text.replacen('{', "{\"unknown\":1,", 1);
    assert!(
        serde_json::from_str::<RuntimeConfig>(&more).is_err(),
        "unknown fields are refused"
    );
}

/// What TLS and the token are for one environment.
mod security {
    use super::*;
    use stator_runtime::{config::Secret, discovery::EtcdOptions, security::Reason};

    fn etcd(config: &RuntimeConfig) -> EtcdOptions {
        match config.discovery_config() {
            DiscoveryConfig::Etcd(options) => options,
            _ => panic!("etcd discovery"),
        }
    }

    #[test]
    fn one_folder_is_for_calls_and_etcd_and_nats_unless_they_have_files_of_their_own() {
        let environment = [
            ("STATOR_SECURITY", "/certs"),
            ("DYN_DISCOVERY_BACKEND", "etcd"),
            ("NATS_TLS_CA_CERT_PATH", "/nats/ca.pem"),
        ];
        let config = resolve(json!({ "tlsKey": "/elsewhere/key.pem" }), &environment).expect("a configuration");
        let path = |name: &str| Some(Path::new(name).to_owned());
        let etcd = etcd(&config);
        assert_eq!(etcd.endpoints, ["https://localhost:2379"]);
        assert_eq!(
            [etcd.tls.ca, etcd.tls.client_cert, etcd.tls.client_key],
            [
                path("/certs/ca.pem"),
                path("/certs/cert.pem"),
                path("/elsewhere/key.pem")
            ]
        );
        let nats = config.nats_options();
        assert_eq!(
            [nats.ca, nats.client_cert, nats.client_key],
            [
                path("/nats/ca.pem"),
                path("/certs/cert.pem"),
                path("/elsewhere/key.pem")
            ]
        );
        let error = config.security().expect_err("no such files");
        assert_eq!(error.code, ErrorCode::InvalidArgument);
        assert!(
            error.message.contains("/certs") && error.message.contains("STATOR_SECURITY"),
            "{error}"
        );
    }

    #[test]
    fn nats_gets_the_token_unless_it_has_a_user_or_would_show_it_to_others() {
        let auth = |environment: &[(&str, &str)]| {
            let environment = [environment, &[("STATOR_TOKEN", "open sesame")]].concat();
            resolve(json!({}), &environment)
                .expect("a configuration")
                .nats_options()
                .auth
        };
        let is_token = |auth: &NatsAuth| matches!(auth, NatsAuth::Token(token) if *token == Secret::new("open sesame"));
        assert!(is_token(&auth(&[])));
        assert!(is_token(&auth(&[("NATS_SERVER", "nats://[::1]:4222,127.0.0.1")])));
        assert!(is_token(&auth(&[
            ("NATS_SERVER", "nats://10.0.0.1:4222"),
            ("NATS_TLS_CA_CERT_PATH", "/ca.pem")
        ])));
        assert!(is_token(&auth(&[
            ("NATS_SERVER", "nats://10.0.0.1:4222"),
            ("STATOR_ALLOW_PLAINTEXT", "1")
        ])));
        assert!(matches!(
            auth(&[("NATS_SERVER", "nats://10.0.0.1:4222")]),
            NatsAuth::Nobody
        ));
        assert!(matches!(auth(&[("NATS_AUTH_NKEY", "seed")]), NatsAuth::Nkey(_)));
    }

    #[test]
    fn a_certificate_without_its_key_is_refused() {
        for (given, missing) in [
            ("STATOR_TLS_CERT", "STATOR_TLS_KEY"),
            ("DYN_TCP_TLS_KEY_PATH", "DYN_TCP_TLS_CERT_PATH"),
            ("DYN_TCP_TLS_CLIENT_CERT_PATH", "DYN_TCP_TLS_CLIENT_KEY_PATH"),
        ] {
            let config = resolve(json!({}), &[(given, "/some/file.pem")]).expect("a configuration");
            let error = config.security().expect_err("half of a pair");
            assert_eq!(error.code, ErrorCode::InvalidArgument);
            assert!(
                error.message.contains(given) && error.message.contains(missing),
                "{error}"
            );
            assert_eq!(Reason::of(&error), None);
        }
    }

    #[test]
    fn the_token_is_shown_nowhere() {
        let config = resolve(json!({}), &[("STATOR_TOKEN", "open sesame")]).expect("a configuration");
        assert_eq!(value(&config, "token"), (json!("***"), Source::Environment));
        assert!(!format!("{config:?}").contains("sesame"));
    }

    #[test]
    fn events_without_encryption_stay_here_where_calls_are_encrypted() {
        let host = ("DYN_TCP_RPC_HOST", "10.0.0.1");
        let event_host = |environment: &[(&str, &str)]| {
            let config = resolve(json!({}), environment).expect("a configuration");
            config.event_address().to_string()
        };
        assert_eq!(event_host(&[host]), "10.0.0.1");
        assert_eq!(event_host(&[host, ("STATOR_TOKEN", "open sesame")]), "127.0.0.1");
        assert_eq!(
            event_host(&[host, ("STATOR_TOKEN", "open sesame"), ("STATOR_ALLOW_PLAINTEXT", "1")]),
            "10.0.0.1"
        );
    }
}
