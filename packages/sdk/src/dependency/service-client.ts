import type { CallOptions, Context } from "@stator/runtime-native";

import type { ClientInterceptor } from "../interceptor/interceptor.ts";
import type { Requests } from "../schema/request-types.ts";
import type { Resume } from "./broken-stream.ts";
import type { ServiceStream } from "./service-stream.ts";

/** Options of one call through a dependency. */
export interface ServiceCallOptions extends CallOptions {
  /** Sends the call to this instance only. Default: the dependency's router chooses. */
  instanceId?: bigint;
  /** Around this call, inside of all others. Default: none. */
  interceptors?: readonly ClientInterceptor[];
}

/** Options of one call that gives a stream for one request. */
export interface StreamCallOptions<Request, Item> extends ServiceCallOptions {
  /**
   * Continues a stream whose worker was lost, on another instance. It works behind the interceptors: it sees the items, and
   * gives the request, as they travel. Default: the stream fails.
   */
  resume?: Resume<Request, Item>;
}

type OptionsOf<Request, Item> = [Item] extends [never] ? ServiceCallOptions : StreamCallOptions<Request, Item>;

/**
 * The request may be left out where the endpoint takes `null`. A stream of requests may be a list. `Item` is never where there is
 * one answer.
 */
export type CallArguments<Request, Item = never> = [Request] extends [AsyncIterable<infer Part>]
  ? [requests: Requests<Part>, options?: ServiceCallOptions]
  : null extends Request
    ? [request?: Request, options?: OptionsOf<Request, Item>]
    : [request: Request, options?: OptionsOf<Request, Item>];

type Call<Request, Result> = [Result] extends [AsyncIterable<infer Item>]
  ? (...call: CallArguments<Request, Item>) => ServiceStream<Item>
  : [Result] extends [Promise<infer Item>]
    ? (...call: CallArguments<Request>) => Promise<Item>
    : never;

/** Whether a method takes requests of HTTP, as `@onRequest` has it: those do not travel between services. */
type IsHttpRequest<Given> = unknown extends Given ? false : [Given] extends [Request] ? true : false;

/**
 * How a client calls a method, or never if the method cannot be an endpoint: endpoints are public, take a request and
 * at most the context beside it, and answer with a promise or an async iterable. Hooks take nothing.
 */
type ClientMethod<Method> = Method extends (...parameters: infer Parameters) => infer Result
  ? Parameters["length"] extends 0
    ? never
    : Method extends (request: infer Request, context: Context) => unknown
      ? IsHttpRequest<Request> extends true
        ? never
        : Call<Request, Result>
      : never
  : never;

type EndpointNames<Service> = {
  [Name in keyof Service]: Name extends string ? ([ClientMethod<Service[Name]>] extends [never] ? never : Name) : never;
}[keyof Service];

/** What `depends(Service)` offers: the endpoints of the class, and nothing else of it. */
export type ServiceClient<Service> = {
  readonly [Name in EndpointNames<Service>]: ClientMethod<Service[Name]>;
};
