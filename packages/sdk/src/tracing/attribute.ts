/** Names that spans say things under: those of the semantic conventions of OpenTelemetry, and ours. */
export const ATTRIBUTE = {
  rpcSystem: "rpc.system.name",
  /** `namespace.component.endpoint` */
  rpcMethod: "rpc.method",
  /** The code of the error; a call that went well has none. */
  rpcStatus: "rpc.status_code",
  /** The code again, or the type of a declared error: only where the span counts as failed. */
  errorType: "error.type",
  httpMethod: "http.request.method",
  httpRoute: "http.route",
  httpStatus: "http.response.status_code",
  urlPath: "url.path",
  urlScheme: "url.scheme",
  userAgent: "user_agent.original",
  /** The id of the call, as in log lines: the same in every hop. */
  callId: "stator.call.id",
  /** `unary`, `server-stream`, `client-stream`, `duplex` */
  callKind: "stator.call.kind",
  /** How the caller's dependency chooses instances. */
  router: "stator.router",
  /** The instance that answered, or answers; in decimal. */
  instance: "stator.instance.id",
  /** Items of a stream that have passed. */
  items: "stator.items",
  /** The reader left before the end of the stream. */
  left: "stator.left",
  /** Which of the attempts of a call this is, from 1 on. */
  attempt: "stator.attempt.number",
  /** Why it is made: `first`, `retry`, `hedge`, `resume`. */
  attemptReason: "stator.attempt.reason",
  /** What a call waited for: the service or the endpoint whose limit it is. */
  limit: "stator.limit",
} as const;

/** The first item of a stream has passed. */
export const FIRST_ITEM = "first item";
