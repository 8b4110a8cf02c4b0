import type { Client, ClientOptions, DistributedRuntime } from "@stator/runtime-native";

import { invalidArgument } from "../definition/invalid-argument.ts";
import { suggestion } from "../definition/nearest-name.ts";
import type { GraphService } from "../definition/command-service.ts";
import { callEndpoint } from "./call-endpoint.ts";
import type { DependencyTarget } from "./dependency-target.ts";
import type { ServiceCallOptions } from "./service-client.ts";

/** How calls through one dependency are sent. */
export interface DependencyOptions {
  /** How an instance is chosen. Default: the runtime's. */
  router?: NonNullable<ClientOptions["router"]>;
  /** Limit for each call that brings none of its own, in milliseconds. Default: the endpoint's `timeoutMs`. */
  timeoutMs?: number;
}

/** What a dependency leads to; `service` is null for a contract, whose service runs elsewhere. */
export interface ResolvedDependency {
  readonly target: DependencyTarget;
  readonly service: GraphService | null;
}

/** One `depends()` of one service object: unresolved until the graph is known, unconnected until the service starts. */
export class Dependency {
  readonly client: object;
  private readonly clients = new Map<string, Client<unknown, unknown>>();
  private methods: Record<string, unknown> | null = null;
  private resolved: ResolvedDependency | null = null;

  constructor(
    private readonly resolveTarget: () => ResolvedDependency,
    readonly options: DependencyOptions,
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

  /** Opens one client per endpoint, before the service starts. */
  async connect(runtime: DistributedRuntime): Promise<void> {
    const { namespace, component, endpoints } = this.target;
    const found = runtime.namespace(namespace).component(component);
    const { router } = this.options;
    await Promise.all(
      endpoints.map(async ({ property, name, idempotent, contract }) => {
        const options: ClientOptions = { idempotent, router, contract: contract ?? undefined };
        this.clients.set(property, await found.endpoint(name).client<unknown, unknown>(options));
      }),
    );
    this.methods = Object.create(null) as Record<string, unknown>;
    for (const endpoint of endpoints) {
      const client = this.clients.get(endpoint.property);
      if (client === undefined) continue;
      const timeoutMs = this.options.timeoutMs ?? endpoint.timeoutMs;
      const path = `${namespace}.${component}.${endpoint.name}`;
      this.methods[endpoint.property] = (request: unknown, options?: ServiceCallOptions) =>
        callEndpoint({ client, endpoint, path, timeoutMs }, request, options);
    }
  }

  /** Waits until every endpoint has an instance that calls can go to. */
  async found(): Promise<void> {
    await Promise.all([...this.clients.values()].map((client) => client.waitForInstances()));
  }

  /** Closes the clients; calls after this fail. */
  async close(): Promise<void> {
    this.methods = null;
    const open = [...this.clients.values()];
    this.clients.clear();
    await Promise.all(open.map((client) => client.close()));
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
