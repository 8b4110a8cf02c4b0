import type { Context } from "@stator/runtime-native";

import type { ContractMethods, ServiceContract } from "../contract/service-contract.ts";
import { checkOptions } from "../definition/check-options.ts";
import { addEndpoint, ENDPOINT_OPTIONS } from "../definition/endpoint.ts";
import { healthTimeout } from "../definition/health.ts";
import { readHttp } from "../definition/http-endpoint-options.ts";
import { invalidArgument } from "../definition/invalid-argument.ts";
import { addHook, hookTimeout } from "../definition/lifecycle.ts";
import { METADATA } from "../definition/members.ts";
import { addRequestHandler, type RequestHandler } from "../definition/on-request.ts";
import { checkName } from "../definition/names.ts";
import {
  type CommonServiceOptions,
  type ContractServiceOptions,
  service,
  SERVICE_OPTIONS,
  type ServiceOptions,
} from "../definition/service.ts";
import type { ServiceClass } from "../definition/service-definition.ts";
import { DEPENDENCIES } from "../definition/dependencies-symbol.ts";
import { describing } from "../configuration/configuration-scope.ts";
import { collected } from "../dependency/collecting-scope.ts";
import { BuiltEndpoint } from "./handler.ts";

/** What runs when the service starts, stops, or is asked how it fares. Each gets the dependencies. */
export interface ServiceHooks<D> {
  /** As `@onStart`. */
  onStart?(dependencies: D): void | Promise<void>;
  /** As `@onShutdown`. */
  onShutdown?(dependencies: D): void | Promise<void>;
  /** As `@liveness`. */
  liveness?(dependencies: D): boolean | Promise<boolean>;
  /** As `@readiness`. */
  readiness?(dependencies: D): boolean | Promise<boolean>;
  /** As `@onRequest`: answers every HTTP request that is for no endpoint. */
  onRequest?: (dependencies: D, request: Request, context: Context) => Response | Promise<Response>;
  /** Longest time for `onStart`, in milliseconds. Default: no limit. */
  startTimeoutMs?: number;
  /** Longest time for `onShutdown`, in milliseconds. Default: no limit. */
  shutdownTimeoutMs?: number;
  /** Longest time for an answer of `liveness` and `readiness`, in milliseconds. Default: 1000. */
  healthTimeoutMs?: number;
  /** Longest time for `onRequest` until there is a response, in milliseconds. Default: no limit. */
  requestTimeoutMs?: number;
}

type Endpoints = Record<string, BuiltEndpoint>;

/** The parts of a service that stand in the body of a class otherwise. */
interface Body<D extends object, E> {
  /**
   * What the endpoints and hooks share: other services, `() => ({ backend: depends(Backend) })`, and whatever else one object
   * of the service keeps. It runs once for each object, and when the service is defined, so it should only build.
   */
  dependencies?: () => D;
  /** The endpoints by their names, or a function of the dependencies that gives them. */
  endpoints: E | ((dependencies: D) => E);
  hooks?: ServiceHooks<D>;
}

/** What `defineService` takes. */
export type BuiltServiceOptions<D extends object, E> = ServiceOptions & {
  /** The component's name in discovery. */
  name: string;
} & Body<D, E>;

/** What `defineService` takes for a service that serves a contract. */
export type BuiltContractServiceOptions<C extends ServiceContract, D extends object, E> = ContractServiceOptions<C> &
  Body<D, E>;

/** The methods by which others call a service that was built. */
export type BuiltMethods<E> = { [Name in keyof E]: E[Name] extends BuiltEndpoint<infer M> ? M : never };

type ContractEndpoints<C extends ServiceContract> = {
  [Name in keyof ContractMethods<C>]: BuiltEndpoint<ContractMethods<C>[Name] & object>;
};

const BODY = ["dependencies", "endpoints", "hooks"] as const;
const HOOKS = ["onStart", "onShutdown", "liveness", "readiness"] as const;
const TIMES = ["startTimeoutMs", "shutdownTimeoutMs", "healthTimeoutMs", "requestTimeoutMs"] as const;
/** Not the name of an endpoint. */
const ON_REQUEST = "@onRequest";
const KINDS = { onStart: "start", onShutdown: "shutdown", liveness: "liveness", readiness: "readiness" } as const;

/**
 * A service without a class and without decorators. What it gives works wherever a class does: `depends`, `serve`, the command
 * line, contracts.
 *
 * ```ts
 * export const Middle = defineService({
 *   namespace: "hello",
 *   name: "middle",
 *   dependencies: () => ({ backend: depends(Backend) }),
 *   endpoints: ({ backend }) => ({
 *     generate: handler({ input: Words, output: Token }, async function* (request) {
 *       yield* backend.generate(request);
 *     }),
 *   }),
 * });
 * ```
 */
export function defineService<
  const C extends ServiceContract,
  E extends ContractEndpoints<C>,
  D extends object = object,
>(options: BuiltContractServiceOptions<C, D, E>): ServiceClass<BuiltMethods<E>>;
export function defineService<E extends Endpoints, D extends object = object>(
  options: BuiltServiceOptions<D, E>,
): ServiceClass<BuiltMethods<E>>;
export function defineService(
  options: CommonServiceOptions & Body<object, Endpoints> & { name?: string; contract?: ServiceContract },
): ServiceClass {
  const name = options.name ?? options.contract?.component;
  const where = `defineService ${name ?? ""}`.trim();
  checkOptions(where, options, [...SERVICE_OPTIONS, ...BODY]);
  const className = pascalCase(checkName(`${where}: name`, name ?? ""));
  const { dependencies = () => ({}), endpoints, hooks = {}, ...rest } = options;
  checkOptions(`${where}: hooks`, hooks, [...HOOKS, "onRequest", ...TIMES]);
  const metadata = Object.create(null) as DecoratorMetadata;
  const build = (given: object): Endpoints => (typeof endpoints === "function" ? endpoints(given) : endpoints);
  // To learn about the endpoints; what depends on others is noted for each object anew.
  const { result } = collected(() => describing(() => build(dependencies())));
  for (const [property, endpoint] of Object.entries(result)) addBuilt(where, property, endpoint, metadata);
  const healthMs = healthTimeout(`${where}: hooks`, pick(hooks.healthTimeoutMs));
  const times = {
    onStart: hookTimeout(`${where}: hooks`, hooks.startTimeoutMs, "startTimeoutMs"),
    onShutdown: hookTimeout(`${where}: hooks`, hooks.shutdownTimeoutMs, "shutdownTimeoutMs"),
    liveness: healthMs,
    readiness: healthMs,
  };
  for (const hook of HOOKS) {
    if (hooks[hook] === undefined) continue;
    addHook(where, { kind: KINDS[hook], timeoutMs: times[hook] }, memberContext(hookName(hook), metadata));
  }
  const { onRequest } = hooks;
  if (onRequest !== undefined) {
    const timeoutMs = hookTimeout(`${where}: hooks`, hooks.requestTimeoutMs, "requestTimeoutMs");
    addRequestHandler(where, timeoutMs, memberContext(ON_REQUEST, metadata));
  }
  const construct = function (this: object): void {
    const given = dependencies();
    Object.defineProperty(this, DEPENDENCIES, { value: given });
    for (const [property, { method }] of Object.entries(build(given))) {
      Object.defineProperty(this, property, { value: method });
    }
    for (const hook of HOOKS) {
      if (hooks[hook] === undefined) continue;
      Object.defineProperty(this, hookName(hook), { value: () => hooks[hook]?.(given) });
    }
    if (onRequest === undefined) return;
    const answer: RequestHandler = (request, context) => onRequest(given, request, context);
    Object.defineProperty(this, ON_REQUEST, { value: answer });
  };
  Object.defineProperty(construct, "name", { value: className });
  const built = construct as unknown as ServiceClass;
  Object.defineProperty(built, METADATA, { value: metadata });
  const decorate = service(rest as ServiceOptions);
  decorate(built, { kind: "class", name: className, metadata, addInitializer: () => undefined });
  return built;
}

function addBuilt(where: string, property: string, endpoint: unknown, metadata: DecoratorMetadata): void {
  const place = `${where}: ${property}`;
  if (!(endpoint instanceof BuiltEndpoint)) {
    throw invalidArgument(`${place} is no endpoint; write handler({ input, output }, async (request) => ...).`);
  }
  const { options, method } = endpoint;
  checkOptions(place, options, [...ENDPOINT_OPTIONS, "http"]);
  const { http = false, ...rest } = options;
  if (http !== false && rest.requestStream === true) {
    throw invalidArgument(`${place}: HTTP has no streams of requests; leave out http, or requestStream.`);
  }
  const reached = http === false ? null : readHttp(`${place}: http`, http === true ? {} : http, property);
  addEndpoint(place, method, memberContext(property, metadata), rest, reached);
}

function pick(timeoutMs: number | undefined): { timeoutMs?: number } {
  return timeoutMs === undefined ? {} : { timeoutMs };
}

/** Not the name of an endpoint: those have no such sign. */
function hookName(hook: (typeof HOOKS)[number]): string {
  return `@${hook}`;
}

/** What the language hands to the decorator of a public method. */
function memberContext(name: string, metadata: DecoratorMetadata): ClassMethodDecoratorContext {
  const context = { kind: "method", name, static: false, private: false, metadata } as const;
  return context as unknown as ClassMethodDecoratorContext;
}

/** `my-worker` to `MyWorker`: the name under which messages and the command line know it. */
function pascalCase(name: string): string {
  return name.replace(/(?:^|[-_]+)([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
