use super::ErrorCode;

/// What somebody who meets an error code wants to know: why it is there, and what to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remedy {
    /// What usually leads to it.
    pub cause: &'static str,
    /// What to do about it, and when a call may be made again.
    pub cure: &'static str,
}

impl ErrorCode {
    /// Cause and cure. Every code has both; the catalogue of errors comes out of this.
    pub const fn remedy(self) -> Remedy {
        let (cause, cure) = match self {
            Self::InvalidArgument => (
                "A mistake in the code or the settings of this process: an option that does not exist, a name with characters that \
                 are not allowed, a value out of its range, a response that is read twice.",
                "Change what the message names; it says what is accepted. The same call fails again.",
            ),
            Self::InvalidRequest => (
                "The caller sends what it was given without checking it, or was built with another schema.",
                "Send what the schema asks for: the message has the path of what does not fit. Where both sides seem right, compare \
                 their contracts with `stator-codegen diff`.",
            ),
            Self::InvalidResponse => (
                "The handler gives what its own schema refuses: a cast hides it, or data from elsewhere has changed. The same for the \
                 value of a declared error, and for a stored value that is no JSON.",
                "Mend the handler or its schema; the message has the path of what does not fit.",
            ),
            Self::NotFound => (
                "The worker runs a version without the endpoint, or has stopped serving it. Over HTTP no `@api` method has the path. \
                 Or somebody has deleted the queue.",
                "Check namespace, component and endpoint, or the path: `stator ls` lists what is registered. Bring the workers to the \
                 version that has the endpoint. A queue is made anew with its next use.",
            ),
            Self::NoInstances => (
                "No worker has started, none is ready yet, or caller and workers do not look into the same discovery.",
                "Start one; `stator ls` lists who is registered. Compare DYN_DISCOVERY_BACKEND, DYN_FILE_KV and ETCD_ENDPOINTS of both \
                 sides. `minInstances` of `depends` waits at the start, `retry` for a moment later.",
            ),
            Self::Unavailable => (
                "The worker has crashed or is cut off while discovery still knows it, every instance is left out by a breaker, a \
                 service has not started yet, or NATS is not reached.",
                "Other instances have been tried where the call allows it. Look at the worker with `stator ps` and `stator logs`, and \
                 check that the address of its record is reached from here (DYN_TCP_RPC_HOST). A later call may succeed.",
            ),
            Self::UnknownOutcome => (
                "The process of the worker ended, or the connection broke, while it had the call, and the endpoint is not \
                 `idempotent` or the first item had come already.",
                "Find out what has happened before calling again. If running twice does no harm, declare the endpoint `idempotent`: \
                 then the runtime calls again by itself until the first item. `resume` goes on with a stream that broke.",
            ),
            Self::Overloaded => (
                "More calls than the `limits` of the service or `maxConcurrentCalls` of the worker let in, or a peer, NATS, a \
                 queue or a store that does not take as much as it is sent.",
                "Call again after a pause, that of `details.retryAfterMs` where it is there; `retry` of `depends` does it. If it stays: \
                 more workers (`stator scale`), higher limits, or fewer calls.",
            ),
            Self::DeadlineExceeded => (
                "The handler, or what it calls, took longer than the limit of the caller, of the endpoint, or of a call further up: a \
                 limit bounds the whole tree of calls, and the time in a queue counts.",
                "Find the slow part, or raise the limit that the message names. The handler may have run: call again only what is \
                 idempotent.",
            ),
            Self::Conflict => (
                "Another process has changed the key or taken the lock first; a lease, or the time that a job of a queue was \
                 held for, ended because its owner was cut off or blocked for longer than it lasts.",
                "Read again what is there now, and decide again. Take the lock or the lease anew before doing what it guards.",
            ),
            Self::Cancelled => (
                "The caller left its loop or aborted its signal, a client over HTTP has gone, or a call above this one has ended.",
                "Usually nothing: somebody wanted it. Where nobody did, `cause` of the error has the reason of the signal.",
            ),
            Self::PayloadTooLarge => (
                "A request, an item, an event, a stored value or the body of an HTTP request is over its limit.",
                "Send it in parts, or send where it can be found; or raise the limit that the message names: `maxMessageBytes` of both \
                 sides, `maxBodyBytes` of `http`.",
            ),
            Self::Protocol => (
                "Something else listens at that address, a proxy changes the bytes, a peer has a defect, or it sends several items \
                 where one was expected.",
                "Check the address in the message. Where several items came, read them as a stream. Otherwise the peer it names has \
                 to be mended.",
            ),
            Self::VersionMismatch => (
                "Caller and service were built with contracts of which one breaks the other, two versions of Stator have no version \
                 of the wire in common, or an addon belongs to another version of its package.",
                "Bring both to one version; the message says what breaks. `stator-codegen diff` says beforehand which changes break \
                 whom. An addon is built again with `bun run build`, or installed again.",
            ),
            Self::AddressInUse => (
                "Another program listens there, often an older process of the same service.",
                "End it, or choose another port, 0 for any: `--port` and DYN_HTTP_PORT for HTTP, DYN_TCP_RPC_PORT for calls, \
                 DYN_SYSTEM_PORT for health and metrics. `stator doctor --port` says whether one is free.",
            ),
            Self::PermissionDenied => (
                "A folder that belongs to somebody else or is open to others, a port that this user may not use, a wrong password or \
                 token, a certificate of an authority that is not known here; or a service that does not let this caller in.",
                "Change what the message names. All processes of a cluster need the same token and authority (STATOR_SECURITY). \
                 `stator doctor` checks discovery and ports.",
            ),
            Self::Discovery => (
                "etcd is not reached or has forgotten the lease, or the folder of discovery or of the store cannot be read or written.",
                "Check that etcd runs at ETCD_ENDPOINTS, or that the folder of DYN_FILE_KV is there and has room. Meanwhile calls go on \
                 with the instances that are known. A later attempt may succeed.",
            ),
            Self::ShuttingDown => (
                "The runtime, the worker, the client or the store was closed, by a signal or by the program, and was asked for \
                 something after that.",
                "Call another instance; the runtime does so where nobody has taken the call. In the process that stops, start nothing \
                 new after `shutdown()`.",
            ),
            Self::AddonMissing => (
                "The package holds no addon for this platform and C library, or a checkout was not built.",
                "`bun run build` builds the one for this machine, `bun run build:target` one for another. The message names the \
                 platform and the file.",
            ),
            Self::Declared => (
                "The handler threw an error that the endpoint declares. It is an answer, not a fault.",
                "Handle it where you call: `if (QuotaError.is(error)) error.value`. Its HTTP status is the one it was declared with, \
                 else 500. It is not tried again.",
            ),
            Self::Internal => (
                "A handler threw something else than a `StatorError`, a peer sent a code that this version does not know, or Stator has \
                 a defect.",
                "Read the log of the worker; outside of production `remoteStack` says where it was thrown. Throw a `StatorError` or a \
                 declared error for what callers should tell apart.",
            ),
        };
        Remedy { cause, cure }
    }
}
