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
    Described, DiscoveryBackend, EventPlane, HealthStatus, Kind, KvBackend, NatsResponses, QueueBackend, RequestPlane,
    RequestPlaneCodec, ResponsePlane, Secret, Setting, Source, TlsClientAuth, kind::addresses, resolver::Resolver,
    setting::settings, setting_type::parse_address,
};
use crate::{
    Result,
    discovery::{
        DiscoveryConfig, EtcdOptions, FileOptions, FileRoot, MemoryStore,
        etcd::TlsFiles,
        file::{default_root, project_of},
    },
    dynamo::{AnswersBy, value::Codec},
    kv::{self, KvConfig},
    nats::{NatsAuth, NatsOptions},
    queue::{QueueConfig, memory::MemoryQueues},
    runtime::DynamoSettings,
};

const DAY: i64 = 86_400_000;
const GIB: i64 = 1 << 30;
const NATS_REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
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
    /// Which of the clusters of this process `memory` discovery, events and the store of keys and values join: each name
    /// is one of its own. Default: the one without a name.
    memory_cluster ("memoryCluster", None): String
        = String::new(), Kind::Text;
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
    /// Over what calls travel: `tcp`, `dynamo`, `nats` or `memory`. Default `tcp`: our own wire between Stator processes,
    /// the original's with others. `dynamo` uses the original's with everybody, `nats` sends requests through NATS.
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
    /// A folder with `ca.pem`, `cert.pem`, `key.pem` and perhaps `token`, as `stator certs` makes it: TLS with
    /// certificates on both sides, and that token, for calls, NATS and etcd. Single files below win. Default none.
    security ("security", Some("STATOR_SECURITY")): PathBuf
        = PathBuf::new(), Kind::Path;
    /// A PEM file with the authority of all certificates: of workers, callers, NATS and etcd. Default none.
    tls_ca ("tlsCa", Some("STATOR_TLS_CA")): PathBuf
        = PathBuf::new(), Kind::File;
    /// A PEM file with our certificate, shown to whoever calls, is called, and to NATS and etcd. Default none.
    tls_cert ("tlsCert", Some("STATOR_TLS_CERT")): PathBuf
        = PathBuf::new(), Kind::File;
    /// A PEM file with the key of our certificate. Default none.
    tls_key ("tlsKey", Some("STATOR_TLS_KEY")): PathBuf
        = PathBuf::new(), Kind::File;
    /// The name that the certificates of workers have to have. Default none, and then the address that was dialled.
    tls_server_name ("tlsServerName", Some("STATOR_TLS_SERVER_NAME")): String
        = String::new(), Kind::Text;
    /// Whether callers have to show a certificate: `required` or `none`. Default `required`; with the original's
    /// variables for TLS alone, as those say.
    tls_client_auth ("tlsClientAuth", Some("STATOR_TLS_CLIENT_AUTH")): TlsClientAuth
        = TlsClientAuth::Required, TlsClientAuth::KIND;
    /// How long a peer has for its part of the handshake of TLS, in milliseconds (seconds in the environment). Default
    /// 3000.
    tls_handshake_timeout_ms ("tlsHandshakeTimeoutMs", Some("DYN_TCP_TLS_HANDSHAKE_TIMEOUT_SECS")): u32
        = 3000, Kind::Milliseconds { min: 100, max: 600_000 };
    /// What callers have to show, and what we show to workers and NATS. Never shown elsewhere. Default none.
    token ("token", Some("STATOR_TOKEN")): Secret
        = Secret::default(), Kind::Secret;
    /// Whether what is not encrypted may leave this machine although TLS or a token is set: the token without TLS, and
    /// events over ZeroMQ. Default false.
    allow_plaintext ("allowPlaintext", Some("STATOR_ALLOW_PLAINTEXT")): bool
        = false, Kind::Flag;
    /// For calls alone, in place of `tlsCa`: the authority of workers' certificates. Default none.
    tcp_ca ("tcpCa", Some("DYN_TCP_TLS_CA_CERT_PATH")): PathBuf
        = PathBuf::new(), Kind::File;
    /// The same in place of `tlsCert`, where calls are taken. Default none.
    tcp_cert ("tcpCert", Some("DYN_TCP_TLS_CERT_PATH")): PathBuf
        = PathBuf::new(), Kind::File;
    /// The key of that certificate. Default none.
    tcp_key ("tcpKey", Some("DYN_TCP_TLS_KEY_PATH")): PathBuf
        = PathBuf::new(), Kind::File;
    /// The authority of callers' certificates. Default `tcpCa`.
    tcp_client_ca ("tcpClientCa", Some("DYN_TCP_TLS_CLIENT_CA_CERT_PATH")): PathBuf
        = PathBuf::new(), Kind::File;
    /// Our certificate where we call. Default `tcpCert`.
    tcp_client_cert ("tcpClientCert", Some("DYN_TCP_TLS_CLIENT_CERT_PATH")): PathBuf
        = PathBuf::new(), Kind::File;
    /// The key of that certificate. Default none.
    tcp_client_key ("tcpClientKey", Some("DYN_TCP_TLS_CLIENT_KEY_PATH")): PathBuf
        = PathBuf::new(), Kind::File;
    /// For calls alone, in place of `tlsServerName`. Default none.
    tcp_server_name ("tcpServerName", Some("DYN_TCP_TLS_SERVER_NAME")): String
        = String::new(), Kind::Text;
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
    /// How long a worker has to acknowledge a call over NATS, in milliseconds (seconds in the environment); 0 is the
    /// default, as in the original. Default 10000.
    nats_request_timeout_ms ("natsRequestTimeoutMs", Some("DYN_NATS_REQUEST_TIMEOUT_SECS")): u32
        = 10_000, Kind::Milliseconds { min: 0, max: DAY };
    /// How answers come to calls that went over NATS: `call-home` over a connection that the worker makes, as in the
    /// original, `nats` over NATS too, `auto` over NATS where the worker cannot connect. Workers of the original always
    /// connect. Default `auto`.
    nats_responses ("natsResponses", Some("STATOR_NATS_RESPONSES")): NatsResponses
        = NatsResponses::Auto, NatsResponses::KIND;
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
        // Events that nobody encrypts stay here where calls are encrypted.
        let reachable = !address(&self.host).is_unspecified() && (!self.is_guarded() || self.allow_plaintext);
        if self.sources.event_host == Source::Default && self.sources.host != Source::Default && reachable {
            self.event_host = self.host.clone();
        }
        self
    }

    pub(super) fn source_of_client_auth(&self) -> Source {
        self.sources.tls_client_auth
    }

    /// Whether etcd was chosen because its endpoints are set, and for no other reason.
    pub fn etcd_follows_from_endpoints(&self) -> bool {
        self.discovery == DiscoveryBackend::Etcd && self.sources.discovery == Source::Default
    }

    /// What [`crate::discovery::connect`] takes. The default folder is private; one that somebody named is shared.
    pub fn discovery_config(&self) -> DiscoveryConfig {
        match self.discovery {
            DiscoveryBackend::Memory => DiscoveryConfig::Memory(MemoryStore::named(&self.memory_cluster)),
            DiscoveryBackend::Etcd => DiscoveryConfig::Etcd(self.etcd_options()),
            DiscoveryBackend::File => DiscoveryConfig::File(FileOptions::new(self.file_root())),
        }
    }

    /// What [`crate::kv::connect`] takes.
    pub fn kv_config(&self) -> KvConfig {
        match (self.kv, self.discovery) {
            (KvBackend::Memory, _) | (KvBackend::Discovery, DiscoveryBackend::Memory) => {
                KvConfig::Memory(kv::local::MemoryStore::named(&self.memory_cluster))
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
        } else if let Some(path) = file(&self.nats_credentials_file) {
            NatsAuth::CredentialsFile(path)
        } else {
            self.token_for_nats().map_or(NatsAuth::Nobody, NatsAuth::Token)
        };
        let [ca, client_cert, client_key] =
            self.files_or_shared([&self.nats_ca, &self.nats_client_cert, &self.nats_client_key]);
        NatsOptions {
            servers: addresses(&self.nats_server).map(str::to_owned).collect(),
            auth,
            ca,
            client_cert,
            client_key,
            private: self.nats_is_private(),
            startup_timeout: Duration::from_millis(self.nats_startup_timeout_ms.into()),
        }
    }

    fn etcd_options(&self) -> EtcdOptions {
        let milliseconds = |number: u32| Duration::from_millis(number.into());
        let [ca, client_cert, client_key] =
            self.files_or_shared([&self.etcd_ca, &self.etcd_client_cert, &self.etcd_client_key]);
        let mut endpoints: Vec<_> = addresses(&self.etcd_endpoints).map(str::to_owned).collect();
        if self.sources.etcd_endpoints == Source::Default && ca.is_some() {
            endpoints = vec!["https://localhost:2379".to_owned()];
        }
        EtcdOptions {
            endpoints,
            lease_ttl: milliseconds(self.etcd_lease_ttl_ms),
            startup_timeout: milliseconds(self.etcd_startup_timeout_ms),
            request_timeout: milliseconds(self.etcd_request_timeout_ms),
            keep_alive: unless_zero(self.etcd_keep_alive_ms).map(|interval| {
                let patience = milliseconds(self.etcd_keep_alive_timeout_ms);
                (interval.max(ETCD_KEEP_ALIVE), patience)
            }),
            user: (!self.etcd_username.is_empty()).then(|| (self.etcd_username.clone(), self.etcd_password.clone())),
            tls: TlsFiles {
                ca,
                client_cert,
                client_key,
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
            nats_ack_timeout: unless_zero(self.nats_request_timeout_ms).unwrap_or(NATS_REQUEST_TIMEOUT),
            answers_by: match self.nats_responses {
                NatsResponses::Auto => AnswersBy::Auto,
                NatsResponses::CallHome => AnswersBy::CallHome,
                NatsResponses::Nats => AnswersBy::Nats,
            },
            home_timeout: Duration::from_millis(self.call_home_timeout_ms.into()),
            preferred: self.request_plane == RequestPlane::Dynamo,
        }
    }

    pub fn grace_period(&self) -> Duration {
        Duration::from_millis(self.grace_period_ms.into())
    }
}

pub(super) fn file(path: &Path) -> Option<PathBuf> {
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
