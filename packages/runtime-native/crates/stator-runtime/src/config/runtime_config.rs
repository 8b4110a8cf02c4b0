use std::{
    env,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

use super::{
    Described, DiscoveryBackend, EventPlane, HealthStatus, Kind, KvBackend, QueueBackend, RequestPlane,
    RequestPlaneCodec, ResponsePlane, Secret, Setting, Source, kind::addresses, resolver::Resolver, setting::settings,
    setting_type::parse_address,
};
use crate::{
    Result,
    discovery::{
        DiscoveryConfig, EtcdOptions, FileOptions, FileRoot, MemoryStore,
        etcd::TlsFiles,
        file::{default_root, project_of},
    },
    dynamo::value::Codec,
    kv::{self, KvConfig},
    nats::{NatsAuth, NatsOptions},
    queue::{QueueConfig, memory::MemoryQueues},
    runtime::DynamoSettings,
};

const DAY: i64 = 86_400_000;
const GIB: i64 = 1 << 30;
/// etcd ends connections that ask more often.
const ETCD_KEEP_ALIVE: Duration = Duration::from_secs(5);

settings! {
    /// Through what instances find each other: `file` between processes, `memory` inside one, `etcd` between machines.
    /// Default `file`; `etcd` if its endpoints are set.
    discovery ("discovery", Some("DYN_DISCOVERY_BACKEND")): DiscoveryBackend
        = DiscoveryBackend::File, DiscoveryBackend::KIND;
    /// The folder of `file` discovery. Default: a private folder of the project and the user.
    file_path ("filePath", Some("DYN_FILE_KV")): PathBuf
        = default_folder(), Kind::Path;
    /// Where etcd is: addresses with commas between them. Default `http://localhost:2379`.
    etcd_endpoints ("etcdEndpoints", Some("ETCD_ENDPOINTS")): String
        = "http://localhost:2379".to_owned(), Kind::Addresses("http://127.0.0.1:2379");
    /// How long our records stay in etcd after we ended without a word, in milliseconds (seconds in the environment).
    /// etcd counts in whole seconds. Default 30000.
    etcd_lease_ttl_ms ("etcdLeaseTtlMs", Some("ETCD_LEASE_TTL")): u32
        = 30_000, Kind::Milliseconds { min: 1000, max: DAY };
    /// How long etcd is tried at the start, in milliseconds (seconds in the environment). Default 120000.
    etcd_startup_timeout_ms ("etcdStartupTimeoutMs", Some("ETCD_STARTUP_CONNECT_TIMEOUT_SECONDS")): u32
        = 120_000, Kind::Milliseconds { min: 0, max: DAY };
    /// How long etcd has to answer a request, in milliseconds. Default 5000.
    etcd_request_timeout_ms ("etcdRequestTimeoutMs", None): u32
        = 5000, Kind::Milliseconds { min: 100, max: 600_000 };
    /// How often a connection to etcd is asked whether it lives, in milliseconds (seconds in the environment); 0 never,
    /// less than 5000 counts as that. Default 15000.
    etcd_keep_alive_ms ("etcdKeepAliveMs", Some("ETCD_KEEPALIVE_INTERVAL_SECONDS")): u32
        = 15_000, Kind::Milliseconds { min: 0, max: DAY };
    /// How long it has to answer that, in milliseconds (seconds in the environment). Default 10000.
    etcd_keep_alive_timeout_ms ("etcdKeepAliveTimeoutMs", Some("ETCD_KEEPALIVE_TIMEOUT_SECONDS")): u32
        = 10_000, Kind::Milliseconds { min: 100, max: DAY };
    /// The user for etcd. Default none.
    etcd_username ("etcdUsername", Some("ETCD_AUTH_USERNAME")): String
        = String::new(), Kind::Text;
    /// The password of that user. Never shown. Default none.
    etcd_password ("etcdPassword", Some("ETCD_AUTH_PASSWORD")): Secret
        = Secret::default(), Kind::Secret;
    /// A PEM file with the certificate authority of etcd's certificate. Default none, and then those of the system count.
    etcd_ca ("etcdCa", Some("ETCD_AUTH_CA")): PathBuf
        = PathBuf::new(), Kind::File;
    /// A PEM file with our certificate, where etcd wants one. Default none.
    etcd_client_cert ("etcdClientCert", Some("ETCD_AUTH_CLIENT_CERT")): PathBuf
        = PathBuf::new(), Kind::File;
    /// A PEM file with the key of our certificate. Default none.
    etcd_client_key ("etcdClientKey", Some("ETCD_AUTH_CLIENT_KEY")): PathBuf
        = PathBuf::new(), Kind::File;
    /// Where the store of keys and values is: where `discovery` is, or `file`, `memory` or `etcd`, with the folder and the
    /// addresses of discovery. Default `discovery`.
    kv ("kv", None): KvBackend
        = KvBackend::Discovery, KvBackend::KIND;
    /// Where queues are: in the JetStream of `nats`, or in `memory` inside one process. NATS is connected to with the first
    /// use of a queue. Default `nats`; `memory` if discovery is.
    queue ("queue", None): QueueBackend
        = QueueBackend::Nats, QueueBackend::KIND;
    /// Over what calls travel: `tcp`, `dynamo` or `memory`. Default `tcp`: our own wire between Stator processes, the
    /// original's with others. `dynamo` uses the original's with everybody.
    request_plane ("requestPlane", Some("DYN_REQUEST_PLANE")): RequestPlane
        = RequestPlane::Tcp, RequestPlane::KIND;
    /// The address that calls are taken on. Default `127.0.0.1`, so that only this machine reaches it.
    host ("host", Some("DYN_TCP_RPC_HOST")): String
        = Ipv4Addr::LOCALHOST.to_string(), Kind::Address;
    /// The port that calls are taken on; 0 takes any free one. Default 0.
    port ("port", Some("DYN_TCP_RPC_PORT")): u16
        = 0, Kind::Integer { min: 0, max: 65_535, unit: "" };
    /// The largest message, in bytes. Default 33554432 (32 MiB).
    max_message_bytes ("maxMessageBytes", Some("DYN_TCP_MAX_MESSAGE_SIZE")): u32
        = 32 << 20, Kind::Integer { min: 1024, max: GIB, unit: "bytes" };
    /// How long to wait for a connection to a worker, in milliseconds (seconds in the environment). Default 5000.
    connect_timeout_ms ("connectTimeoutMs", Some("DYN_TCP_CONNECT_TIMEOUT")): u32
        = 5000, Kind::Milliseconds { min: 1, max: 600_000 };
    /// In which form values are asked for on the original's wire: `msgpack` or `json`. Default `msgpack`.
    request_plane_codec ("requestPlaneCodec", Some("DYN_REQUEST_PLANE_CODEC")): RequestPlaneCodec
        = RequestPlaneCodec::Msgpack, RequestPlaneCodec::KIND;
    /// Over what answers travel on the original's wire: `tcp`. Default `tcp`.
    response_plane ("responsePlane", Some("DYN_RESPONSE_PLANE")): ResponsePlane
        = ResponsePlane::Tcp, ResponsePlane::KIND;
    /// The address that workers on the original's wire call back. Default `127.0.0.1`.
    response_host ("responseHost", Some("DYN_TCP_RESPONSE_STREAM_HOST")): String
        = Ipv4Addr::LOCALHOST.to_string(), Kind::Address;
    /// The port that they call back; 0 takes any free one. Default 0.
    response_port ("responsePort", Some("DYN_TCP_RESPONSE_STREAM_PORT")): u16
        = 0, Kind::Integer { min: 0, max: 65_535, unit: "" };
    /// How long a worker on the original's wire has to acknowledge a call, in milliseconds (seconds in the environment).
    /// Default 5000.
    request_timeout_ms ("requestTimeoutMs", Some("DYN_TCP_REQUEST_TIMEOUT")): u32
        = 5000, Kind::Milliseconds { min: 1, max: 600_000 };
    /// How long it has to call back, in milliseconds. Default 30000.
    call_home_timeout_ms ("callHomeTimeoutMs", None): u32
        = 30_000, Kind::Milliseconds { min: 1, max: DAY };
    /// How many bytes a stream may have under way before its reader takes some. Default 262144 (256 KiB).
    stream_window_bytes ("streamWindowBytes", None): u32
        = 256 << 10, Kind::Integer { min: 64 << 10, max: 16 << 20, unit: "bytes" };
    /// How many calls a worker runs at once; further ones are refused as `overloaded`. Default 10000.
    max_concurrent_calls ("maxConcurrentCalls", Some("DYN_TCP_WORKER_POOL_SIZE")): u32
        = 10_000, Kind::Integer { min: 1, max: 1_000_000, unit: "calls" };
    /// A response that nobody begins to read for this long is cancelled, in milliseconds; 0 never. Default 60000.
    unread_timeout_ms ("unreadTimeoutMs", None): u32
        = 60_000, Kind::Milliseconds { min: 0, max: DAY };
    /// How often a silent connection is asked whether it lives, in milliseconds; 0 never. Default 10000.
    keep_alive_ms ("keepAliveMs", None): u32
        = 10_000, Kind::Milliseconds { min: 0, max: DAY };
    /// How long a shutdown waits for running calls, in milliseconds (seconds in the environment). Default 30000.
    shutdown_timeout_ms ("shutdownTimeoutMs", Some("DYN_RUNTIME_GRACEFUL_SHUTDOWN_TIMEOUT_SECS")): u32
        = 30_000, Kind::Milliseconds { min: 0, max: DAY };
    /// How long new calls are still taken after the instance was withdrawn, in milliseconds (seconds in the
    /// environment). Default 0.
    grace_period_ms ("gracePeriodMs", Some("DYN_GRACEFUL_SHUTDOWN_GRACE_PERIOD_SECS")): u32
        = 0, Kind::Milliseconds { min: 0, max: DAY };
    /// Through what events travel: `zmq` from process to process, `nats` through a server, `memory` inside one process.
    /// Default `zmq`; `memory` if discovery is.
    event_plane ("eventPlane", Some("DYN_EVENT_PLANE")): EventPlane
        = EventPlane::Zmq, EventPlane::KIND;
    /// The address that publishers of events listen on, and are found at. Default `127.0.0.1`; that for calls if it is
    /// set.
    event_host ("eventHost", Some("DYN_EVENT_PLANE_HOST")): String
        = Ipv4Addr::LOCALHOST.to_string(), Kind::Address;
    /// How many events may wait for the reader of a subscription; further ones are dropped and counted. Default 100000.
    event_queue_capacity ("eventQueueCapacity", Some("DYN_ZMQ_EVENT_SUBSCRIBER_CHANNEL_CAPACITY")): u32
        = 100_000, Kind::Integer { min: 1, max: 10_000_000, unit: "events" };
    /// Where NATS is: addresses with commas between them. Default `nats://localhost:4222`.
    nats_server ("natsServer", Some("NATS_SERVER")): String
        = "nats://localhost:4222".to_owned(), Kind::Addresses("nats://127.0.0.1:4222");
    /// The user for NATS. Default none.
    nats_username ("natsUsername", Some("NATS_AUTH_USERNAME")): String
        = String::new(), Kind::Text;
    /// The password of that user. Never shown. Default none.
    nats_password ("natsPassword", Some("NATS_AUTH_PASSWORD")): Secret
        = Secret::default(), Kind::Secret;
    /// The token for NATS, in place of a user. Never shown. Default none.
    nats_token ("natsToken", Some("NATS_AUTH_TOKEN")): Secret
        = Secret::default(), Kind::Secret;
    /// The seed of an nkey for NATS, in place of a user. Never shown. Default none.
    nats_nkey ("natsNkey", Some("NATS_AUTH_NKEY")): Secret
        = Secret::default(), Kind::Secret;
    /// A credentials file for NATS, in place of a user. Default none.
    nats_credentials_file ("natsCredentialsFile", Some("NATS_AUTH_CREDENTIALS_FILE")): PathBuf
        = PathBuf::new(), Kind::File;
    /// A PEM file with the authority of NATS's certificate. Default none, and then those of the system count.
    nats_ca ("natsCa", Some("NATS_TLS_CA_CERT_PATH")): PathBuf
        = PathBuf::new(), Kind::File;
    /// A PEM file with our certificate, where NATS wants one. Default none.
    nats_client_cert ("natsClientCert", Some("NATS_TLS_CLIENT_CERT_PATH")): PathBuf
        = PathBuf::new(), Kind::File;
    /// A PEM file with the key of our certificate. Default none.
    nats_client_key ("natsClientKey", Some("NATS_TLS_CLIENT_KEY_PATH")): PathBuf
        = PathBuf::new(), Kind::File;
    /// How long NATS is tried at the start, in milliseconds (seconds in the environment). Default 120000.
    nats_startup_timeout_ms ("natsStartupTimeoutMs", Some("NATS_STARTUP_CONNECT_TIMEOUT_SECONDS")): u32
        = 120_000, Kind::Milliseconds { min: 0, max: DAY };
    /// Threads of the core. Default 1.
    worker_threads ("workerThreads", Some("DYN_RUNTIME_NUM_WORKER_THREADS")): u16
        = 1, Kind::Integer { min: 1, max: 1024, unit: "threads" };
    /// The address of the system server. Default `127.0.0.1`.
    system_host ("systemHost", Some("DYN_SYSTEM_HOST")): String
        = Ipv4Addr::LOCALHOST.to_string(), Kind::Address;
    /// The port of the system server (health, liveness, metrics); 0 takes any free one, -1 is off. Default -1.
    system_port ("systemPort", Some("DYN_SYSTEM_PORT")): i32
        = -1, Kind::Integer { min: -1, max: 65_535, unit: "" };
    /// What the system server says of health before anybody has set it: `ready` or `notready`. Default `notready`.
    starting_health_status ("startingHealthStatus", Some("DYN_SYSTEM_STARTING_HEALTH_STATUS")): HealthStatus
        = HealthStatus::Notready, HealthStatus::KIND;
    /// What the core logs to standard error: a level, or directives such as `warn,stator_runtime=debug`. Default `warn`.
    log ("log", Some("DYN_LOG")): String
        = "warn".to_owned(), Kind::Filter;
    /// Whether log lines are JSON. Default false.
    log_json ("logJson", Some("DYN_LOGGING_JSONL")): bool
        = false, Kind::Flag;
}

impl RuntimeConfig {
    /// Where calls are taken.
    pub fn listen_address(&self) -> SocketAddr {
        SocketAddr::new(address(&self.host), self.port)
    }

    /// Where the system server listens, when it is on.
    pub fn system_address(&self) -> Option<SocketAddr> {
        let port = u16::try_from(self.system_port).ok()?;
        Some(SocketAddr::new(address(&self.system_host), port))
    }

    /// What follows from several settings together.
    fn with_consequences(mut self) -> Self {
        // Where the address of an etcd is given, etcd is meant.
        if self.sources.discovery == Source::Default && self.sources.etcd_endpoints != Source::Default {
            self.discovery = DiscoveryBackend::Etcd;
        }
        // Who is found inside of one process only is there to be reached.
        if self.sources.event_plane == Source::Default && self.discovery == DiscoveryBackend::Memory {
            self.event_plane = EventPlane::Memory;
        }
        if self.sources.queue == Source::Default && self.discovery == DiscoveryBackend::Memory {
            self.queue = QueueBackend::Memory;
        }
        // Who is reached for calls is reached for events.
        let reachable = !address(&self.host).is_unspecified();
        if self.sources.event_host == Source::Default && self.sources.host != Source::Default && reachable {
            self.event_host = self.host.clone();
        }
        self
    }

    /// Whether etcd was chosen because its endpoints are set, and for no other reason.
    pub fn etcd_follows_from_endpoints(&self) -> bool {
        self.discovery == DiscoveryBackend::Etcd && self.sources.discovery == Source::Default
    }

    /// What [`crate::discovery::connect`] takes. The default folder is private; one that somebody named is shared.
    pub fn discovery_config(&self) -> DiscoveryConfig {
        match self.discovery {
            DiscoveryBackend::Memory => DiscoveryConfig::Memory(MemoryStore::process()),
            DiscoveryBackend::Etcd => DiscoveryConfig::Etcd(self.etcd_options()),
            DiscoveryBackend::File => DiscoveryConfig::File(FileOptions::new(self.file_root())),
        }
    }

    /// What [`crate::kv::connect`] takes.
    pub fn kv_config(&self) -> KvConfig {
        match (self.kv, self.discovery) {
            (KvBackend::Memory, _) | (KvBackend::Discovery, DiscoveryBackend::Memory) => {
                KvConfig::Memory(kv::local::MemoryStore::process())
            }
            (KvBackend::File, _) | (KvBackend::Discovery, DiscoveryBackend::File) => KvConfig::File(self.file_root()),
            (KvBackend::Etcd, _) | (KvBackend::Discovery, DiscoveryBackend::Etcd) => {
                KvConfig::Etcd(self.etcd_options())
            }
        }
    }

    /// What [`crate::queue::Queues`] takes.
    pub fn queue_config(&self) -> QueueConfig {
        match self.queue {
            QueueBackend::Memory => QueueConfig::Memory(MemoryQueues::process()),
            QueueBackend::Nats => QueueConfig::Nats(self.nats_options()),
        }
    }

    fn file_root(&self) -> FileRoot {
        if self.file_path == default_folder() {
            FileRoot::Private(self.file_path.clone())
        } else {
            FileRoot::Shared(self.file_path.clone())
        }
    }

    /// Where publishers of events listen.
    pub fn event_address(&self) -> IpAddr {
        address(&self.event_host)
    }

    /// Where NATS is, and who we are to it: the first of user, token, nkey and file that is set, as in the original.
    pub fn nats_options(&self) -> NatsOptions {
        let auth = if !self.nats_username.is_empty() && !self.nats_password.is_empty() {
            NatsAuth::User(self.nats_username.clone(), self.nats_password.clone())
        } else if !self.nats_token.is_empty() {
            NatsAuth::Token(self.nats_token.clone())
        } else if !self.nats_nkey.is_empty() {
            NatsAuth::Nkey(self.nats_nkey.clone())
        } else {
            file(&self.nats_credentials_file).map_or(NatsAuth::Nobody, NatsAuth::CredentialsFile)
        };
        NatsOptions {
            servers: addresses(&self.nats_server).map(str::to_owned).collect(),
            auth,
            ca: file(&self.nats_ca),
            client_cert: file(&self.nats_client_cert),
            client_key: file(&self.nats_client_key),
            startup_timeout: Duration::from_millis(self.nats_startup_timeout_ms.into()),
        }
    }

    fn etcd_options(&self) -> EtcdOptions {
        let milliseconds = |number: u32| Duration::from_millis(number.into());
        EtcdOptions {
            endpoints: addresses(&self.etcd_endpoints).map(str::to_owned).collect(),
            lease_ttl: milliseconds(self.etcd_lease_ttl_ms),
            startup_timeout: milliseconds(self.etcd_startup_timeout_ms),
            request_timeout: milliseconds(self.etcd_request_timeout_ms),
            keep_alive: unless_zero(self.etcd_keep_alive_ms).map(|interval| {
                let patience = milliseconds(self.etcd_keep_alive_timeout_ms);
                (interval.max(ETCD_KEEP_ALIVE), patience)
            }),
            user: (!self.etcd_username.is_empty()).then(|| (self.etcd_username.clone(), self.etcd_password.clone())),
            tls: TlsFiles {
                ca: file(&self.etcd_ca),
                client_cert: file(&self.etcd_client_cert),
                client_key: file(&self.etcd_client_key),
            },
        }
    }

    pub fn connect_timeout(&self) -> Duration {
        Duration::from_millis(self.connect_timeout_ms.into())
    }

    /// None for never.
    pub fn unread_timeout(&self) -> Option<Duration> {
        unless_zero(self.unread_timeout_ms)
    }

    /// None for never.
    pub fn keep_alive(&self) -> Option<Duration> {
        unless_zero(self.keep_alive_ms)
    }

    pub fn shutdown_timeout(&self) -> Duration {
        Duration::from_millis(self.shutdown_timeout_ms.into())
    }

    /// What [`crate::runtime::Settings`] says of the original's wire.
    pub fn dynamo_settings(&self) -> DynamoSettings {
        DynamoSettings {
            codec: match self.request_plane_codec {
                RequestPlaneCodec::Msgpack => Codec::Msgpack,
                RequestPlaneCodec::Json => Codec::Json,
            },
            response_host: self.response_host.clone(),
            response_port: self.response_port,
            ack_timeout: Duration::from_millis(self.request_timeout_ms.into()),
            home_timeout: Duration::from_millis(self.call_home_timeout_ms.into()),
            preferred: self.request_plane == RequestPlane::Dynamo,
        }
    }

    pub fn grace_period(&self) -> Duration {
        Duration::from_millis(self.grace_period_ms.into())
    }
}

fn file(path: &Path) -> Option<PathBuf> {
    (!path.as_os_str().is_empty()).then(|| path.to_owned())
}

fn default_folder() -> PathBuf {
    default_root(&project_of(&env::current_dir().unwrap_or_default()))
}

fn unless_zero(milliseconds: u32) -> Option<Duration> {
    (milliseconds > 0).then(|| Duration::from_millis(milliseconds.into()))
}

/// The configuration was checked, so the loopback stands in for nothing that can happen.
fn address(host: &str) -> IpAddr {
    parse_address(host).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
}
