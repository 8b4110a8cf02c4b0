/**
 * The runtime without services: namespaces, endpoints, clients, events, the store. `@stator/sdk` stands on it.
 *
 * @packageDocumentation
 */
export type { ApplicationAnswers, ServiceHealth } from "./application/application-answers.ts";
export type { Annotated } from "./calling/annotated.ts";
export { type Clock, type ClockTimer, systemClock } from "./clock.ts";
export type { CallOptions } from "./calling/call-options.ts";
export { Client, type ClientOptions, type RouterMode, type WaitOptions } from "./calling/client.ts";
export type { Instance } from "./calling/instance.ts";
export type { EndpointContract } from "./contract/endpoint-contract.ts";
export type { ResponseStream } from "./calling/response-stream.ts";
export { declareError, type ErrorFacts, type ErrorType } from "./declare-error.ts";
export { DeclaredError } from "./declared-error.ts";
export { DistributedRuntime, type ShutdownOptions } from "./distributed-runtime.ts";
export { Endpoint } from "./endpoint.ts";
export { ERROR_CODES, type ErrorCode, type ErrorCodeFacts } from "./error-codes.ts";
export { EventScope } from "./events/event-scope.ts";
export type { PublishedEvent } from "./events/published-event.ts";
export type { SubscribeOptions } from "./events/subscribe-options.ts";
export type { Subscription } from "./events/subscription.ts";
export type { JsonValue } from "./json-value.ts";
export { Kv, type KvPage, type KvSwap } from "./kv/kv.ts";
export { KvEntry } from "./kv/kv-entry.ts";
export type { KvDeleteEvent, KvEvent, KvPutEvent } from "./kv/kv-event.ts";
export { KvLease } from "./kv/kv-lease.ts";
export { KvLeadership, KvLock } from "./kv/kv-lock.ts";
export type {
  KvDeleteOptions,
  KvElectOptions,
  KvGuard,
  KvLeaseOptions,
  KvListOptions,
  KvLockOptions,
  KvWatchOptions,
  KvWriteOptions,
} from "./kv/kv-options.ts";
export { KvWatch } from "./kv/kv-watch.ts";
export { setLogTrace } from "./log-trace.ts";
export { createLogger, type LogFields, type Logger, type LogLevel } from "./logger.ts";
export { makeCertificates, type CertificateOptions } from "./make-certificates.ts";
export type { Counter, Gauge, Histogram, HistogramOptions, MetricOptions, Metrics } from "./metrics/metrics.ts";
export { Models, type ModelWatchOptions } from "./models/models.ts";
export { RegisteredModel, type RegisterModelOptions } from "./models/registered-model.ts";
export type { ServedModel } from "./models/served-model.ts";
export { Component, Namespace } from "./namespace.ts";
export { DeadLetter, type DeadLetterListOptions, type DeadLetterPage, DeadLetters } from "./queue/dead-letters.ts";
export { Queue } from "./queue/queue.ts";
export { QueueJob } from "./queue/queue-job.ts";
export { QueueJobs } from "./queue/queue-jobs.ts";
export type {
  QueueInfo,
  QueueNackOptions,
  QueueOptions,
  QueuePutOptions,
  QueuePutResult,
  QueueTakeOptions,
  QueueWorkOptions,
} from "./queue/queue-options.ts";
export { type QueueHandler, QueueWorker } from "./queue/queue-worker.ts";
export { requireVersion } from "./require-version.ts";
export type { RuntimeOptions } from "./runtime-options.ts";
export { currentContext } from "./serving/context-storage.ts";
export type { Context } from "./serving/context.ts";
export type { Handler } from "./serving/handler.ts";
export { ITEM_CHECK, type ItemCheck } from "./serving/item-check.ts";
export { ServedEndpoint, type ServeOptions } from "./serving/served-endpoint.ts";
export { StatorError, type StatorErrorOptions, type WireError } from "./stator-error.ts";
export { watchParent } from "./watch-parent.ts";
