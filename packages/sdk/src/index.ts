/**
 * Services as classes, their graphs, and what runs them. `docs/README.md` leads through the concepts.
 *
 * @packageDocumentation
 */
import "./agreement.ts";

export {
  type BuiltContractServiceOptions,
  type BuiltMethods,
  type BuiltServiceOptions,
  defineService,
  type ServiceHooks,
} from "./builder/define-service.ts";
export { type BuiltEndpoint, handler, type HandlerOptions } from "./builder/handler.ts";
export { clock, type ServiceClock, type SleepOptions } from "./clock/clock.ts";
export { configuration, type Configuration, type ConfigurationValues } from "./configuration/configuration.ts";
export { abstractService, type AbstractServiceClass } from "./definition/abstract-service.ts";
export { api, type ApiOptions } from "./definition/api.ts";
export { commandService, type CommandOptions, type CommandService } from "./definition/command-service.ts";
export { endpoint, type EndpointMethod, type EndpointOptions } from "./definition/endpoint.ts";
export { type HealthOptions, liveness, readiness } from "./definition/health.ts";
export { type HookOptions, onShutdown, onStart } from "./definition/lifecycle.ts";
export { onRequest, type RequestHandler, type RequestHandlerOptions } from "./definition/on-request.ts";
export type { LimitOptions, Limits, ServiceLimitOptions } from "./definition/limits.ts";
export type { ResourceOptions, Resources } from "./definition/resources.ts";
export type { RetryOptions } from "./definition/retry-options.ts";
export { type ContractServiceOptions, service, type ServiceOptions } from "./definition/service.ts";
export type { EndpointDefinition, HttpDefinition } from "./definition/endpoint-definition.ts";
export { definitionOf, type ServiceClass, type ServiceDefinition } from "./definition/service-definition.ts";
export { depends } from "./dependency/depends.ts";
export type { BreakerOptions } from "./dependency/breaker-options.ts";
export type { HedgeOptions } from "./dependency/hedge-options.ts";
export type { CustomRouter, DependencyOptions, RoutedCall } from "./dependency/dependency-options.ts";
export type { BrokenStream, Resume } from "./dependency/broken-stream.ts";
export type { ServiceCallOptions, ServiceClient, StreamCallOptions } from "./dependency/service-client.ts";
export { type CallData, type CallEnd, mapValues, untilOver } from "./interceptor/call-data.ts";
export { contextValue, type ContextValue } from "./interceptor/context-value.ts";
export type { ClientCall, InterceptedCall, ServerCall } from "./interceptor/intercepted-call.ts";
export type {
  ClientInterceptor,
  Interceptor,
  Interceptors,
  Next,
  ServerInterceptor,
} from "./interceptor/interceptor.ts";
export { metadataKey, type MetadataKey } from "./interceptor/metadata-key.ts";
export type { ContractEndpoint, ContractMethods, ServiceContract } from "./contract/service-contract.ts";
export type { ContractClient } from "./dependency/contract-client.ts";
export type { ServiceStream } from "./dependency/service-stream.ts";
export { graph, Graph, type LinkOptions } from "./graph/graph.ts";
export type { GraphCheckOptions } from "./graph/check-graph.ts";
export type { GraphProblem } from "./graph/graph-problem.ts";
export type { Requests } from "./schema/request-types.ts";
export { currentContext } from "./serving/call-scope.ts";
export { runtimeOf } from "./serving/runtime-of.ts";
export { serve } from "./serving/serve.ts";
export { readText, type ReadTextOptions } from "./http/read-text.ts";
export { type AnyResult, type StreamResponseOptions, toNDJSON, toSSE, toWebStream } from "./http/to-response.ts";
export type { FetchHandler, HttpOptions } from "./serving/http-server-options.ts";
export type { ServeServiceOptions } from "./serving/serve-options.ts";
export type { Serving } from "./serving/serving.ts";
export {
  type Context,
  declareError,
  DeclaredError,
  type ErrorType,
  type Instance,
  type Metrics,
  type RouterMode,
  StatorError,
} from "@stator/runtime-native";
