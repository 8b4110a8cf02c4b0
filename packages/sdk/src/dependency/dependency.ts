import type { Client, ClientOptions, DistributedRuntime, WaitOptions } from "@stator/runtime-native";

import { givesStream } from "../definition/endpoint-kind.ts";
import { invalidArgument } from "../definition/invalid-argument.ts";
import { suggestion } from "../definition/nearest-name.ts";
import type { GraphService } from "../definition/command-service.ts";
import { type ClientInterceptor, compose } from "../interceptor/interceptor.ts";
import { type HostEnvironment, REAL } from "../serving/host-environment.ts";
import { ATTRIBUTE } from "../tracing/attribute.ts";
import { Breaker } from "./breaker.ts";
import { callEndpoint } from "./call-endpoint.ts";
import type { CallSettings, CallTarget } from "./call-target.ts";
import { answerReading } from "./answer-reading.ts";
import type { DependencyPolicy } from "./dependency-options.ts";
import type { DependencyTarget, TargetEndpoint } from "./dependency-target.ts";
import { sendOn } from "./intercepted-call.ts";
import { RetryBudget } from "./retry-budget.ts";

/** What a dependency leads to; `service` is null for a contract, whose service runs elsewhere. */
export interface ResolvedDependency {
  readonly target: DependencyTarget;
  readonly service: GraphService | null;
}

/** What `depends()` was given, whatever a graph puts in its place. */
export interface AskedDependency {
  /** The class, the contract or the program. */
  readonly value: unknown;
  readonly label: string;
  /** Whether only a link can tell what it leads to. */
  readonly isAbstract: boolean;
  readonly endpoints: readonly TargetEndpoint[];
}

/** One budget for all endpoints that share a policy. */
type Budgets = Map<{ readonly budget: number }, RetryBudget>;

/** One `depends()` of one service object: unresolved until the graph is known, unconnected until the service starts. */
export class Dependency {
  readonly client: object;
  private readonly clients = new Map<string, Client<unknown, unknown>>();
  private methods: Record<string, unknown> | null = null;
  private resolved: ResolvedDependency | null = null;

  constructor(
    private readonly resolveTarget: () => ResolvedDependency & { readonly asked: AskedDependency },
    readonly policy: DependencyPolicy,
    /** Whether the service was given as `() => X`: then a circle is wanted. */
    readonly isLazy: boolean = false,
  ) {
    this.client = new Proxy(Object.create(null) as object, {
      get: (_empty, property) => this.member(property),
      has: (_empty, property) => this.target.endpoints.some((each) => each.property === property),
      set: (_empty, property) => {
        throw invalidArgument(`${String(property)} cannot be set: the client of ${this.target.label} is read only.`);
      },
    });
  }

  /** What the dependency stands for. The first use looks behind `() => X`. */
  get target(): DependencyTarget {
    return this.resolve().target;
  }

  /** The class or the command behind it, null for a contract, whose service runs elsewhere. */
  get service(): GraphService | null {
    return this.resolve().service;
  }

  /** What was asked for. The first use looks behind `() => X`. */
  get asked(): AskedDependency {
    return this.resolveTarget().asked;
  }

  /** Leads to another service from now on: before `connect`. */
  link(resolved: ResolvedDependency): void {
    this.resolved = resolved;
  }

  /** Opens one client per endpoint, before the service starts. `outer`: interceptors around its own. */
  async connect(
    runtime: DistributedRuntime,
    outer: readonly ClientInterceptor[],
    environment: HostEnvironment = REAL,
  ): Promise<void> {
    const { namespace, component, endpoints } = this.target;
    const found = runtime.namespace(namespace).component(component);
    const { router } = this.policy;
    await Promise.all(
      endpoints.map(async ({ property, name, idempotent, contract }) => {
        const options: ClientOptions = { idempotent, router, contract: contract ?? undefined };
        this.clients.set(property, await found.endpoint(name).client<unknown, unknown>(options));
      }),
    );
    this.methods = Object.create(null) as Record<string, unknown>;
    const budgets: Budgets = new Map();
    for (const endpoint of endpoints) {
      const client = this.clients.get(endpoint.property);
      if (client === undefined) continue;
      const target = this.callTarget(client, endpoint, outer, budgets, environment);
      this.methods[endpoint.property] = (request: unknown, options?: CallSettings) =>
        callEndpoint(target, request, options);
    }
  }

  /** Waits for the instances that the start needs, if it needs any. Throws `no_instances` when they do not come. */
  async waitForInstances(): Promise<void> {
    const { wait } = this.policy;
    if (wait !== null) await this.found(wait);
  }

  /** Waits until every endpoint has an instance that calls can go to. */
  async found(options: WaitOptions = this.policy.wait ?? {}): Promise<void> {
    await Promise.all([...this.clients.values()].map((client) => client.waitForInstances(options)));
  }

  /** Closes the clients; calls after this fail. */
  async close(): Promise<void> {
    this.methods = null;
    const open = [...this.clients.values()];
    this.clients.clear();
    await Promise.all(open.map((client) => client.close()));
  }

  private callTarget(
    client: Client<unknown, unknown>,
    endpoint: TargetEndpoint,
    outer: readonly ClientInterceptor[],
    budgets: Budgets,
    { clock, random }: HostEnvironment,
  ): CallTarget {
    const { namespace, component } = this.target;
    const { policy } = this;
    const path = `${namespace}.${component}.${endpoint.name}`;
    const interceptors = [...outer, ...policy.interceptors];
    const retry = policy.retry === undefined ? endpoint.retry : policy.retry;
    const { hedge, breaker, choose } = policy;
    const timeoutMs = policy.timeoutMs ?? endpoint.timeoutMs;
    const isPlain =
      interceptors.length === 0 && retry === null && hedge === null && breaker === null && choose === null;
    return {
      client,
      namespace,
      component,
      endpoint,
      path,
      timeoutMs,
      retry: retry === null ? null : { policy: retry, budget: budgetOf(retry, budgets) },
      hedge: hedge === null ? null : { afterMs: hedge.afterMs, budget: budgetOf(hedge, budgets) },
      breaker: breaker === null ? null : new Breaker(client, path, breaker, clock),
      clock,
      random,
      choose,
      spans: {
        path,
        isStream: givesStream(endpoint.kind),
        attributes: {
          [ATTRIBUTE.rpcSystem]: "stator",
          [ATTRIBUTE.rpcMethod]: path,
          [ATTRIBUTE.callKind]: endpoint.kind,
          [ATTRIBUTE.router]: policy.routerName,
        },
      },
      way: interceptors.length === 0 ? null : compose(interceptors, sendOn),
      isPlain,
      options: timeoutMs === null ? {} : { timeoutMs },
      answer: answerReading(endpoint, path),
    };
  }

  private resolve(): ResolvedDependency {
    this.resolved ??= this.resolveTarget();
    return this.resolved;
  }

  private member(property: string | symbol): unknown {
    // A client is no promise and no JSON value, whoever asks.
    if (typeof property === "symbol" || property === "then" || property === "toJSON") return undefined;
    const method = this.methods?.[property];
    if (method !== undefined) return method;
    const { label, endpoints } = this.target;
    const names = endpoints.map((each) => each.property);
    if (!names.includes(property)) {
      throw invalidArgument(`${label} has no endpoint "${property}"; ${suggestion(property, names)}`);
    }
    throw invalidArgument(
      `${label}.${property} cannot be called: the dependency is not connected. Dependencies work from @onStart until ` +
        "the end of @onShutdown, in objects that serve() or the command line made.",
    );
  }
}

function budgetOf(policy: { readonly budget: number }, budgets: Budgets): RetryBudget {
  const budget = budgets.get(policy) ?? new RetryBudget(policy.budget);
  budgets.set(policy, budget);
  return budget;
}
