import { type DistributedRuntime, type Handler, type ServedEndpoint, StatorError } from "@stator/runtime-native";

import type { EndpointDefinition } from "../definition/endpoint-definition.ts";
import type { HookDefinition } from "../definition/members.ts";
import type { ServiceDefinition } from "../definition/service-definition.ts";
import type { Dependency } from "../dependency/dependency.ts";
import type { ResolvedInterceptors } from "../interceptor/interceptor.ts";
import { tracedHandler } from "../tracing/traced-handler.ts";
import { Admission } from "./admission.ts";
import { endpointHandler } from "./endpoint-handler.ts";
import { type HostEnvironment, REAL } from "./host-environment.ts";
import { setRuntimeOf } from "./runtime-of.ts";
import { ServiceChecks } from "./service-checks.ts";

/** One service object in this process, from connecting its dependencies to its last hook. */
export class ServiceHost {
  private readonly served: ServedEndpoint[] = [];
  readonly checks: ServiceChecks;
  private readonly handlers = new Map<string, Handler<unknown, unknown>>();
  /** The limits of the service under the empty name, those of its endpoints under theirs. */
  private readonly limits = new Map<string, Admission>();
  private started = false;

  constructor(
    readonly definition: ServiceDefinition,
    readonly instance: object,
    private readonly dependencies: readonly Dependency[],
    /** Those of the whole graph, which stand around those of the service. */
    private readonly interceptors: ResolvedInterceptors,
    private readonly environment: HostEnvironment = REAL,
  ) {
    const { clock } = environment;
    this.checks = new ServiceChecks(definition, instance, clock);
    const shared = Admission.of(definition.id, definition.limits, clock);
    this.limits.set("", shared);
    for (const endpoint of definition.endpoints)
      this.handlers.set(endpoint.property, this.surrounded(endpoint, shared));
  }

  /** The id under which the service's calls are answered, once it is registered. */
  get instanceId(): bigint | null {
    return this.served[0]?.instanceId ?? null;
  }

  /**
   * Connects the dependencies, waits for the instances that they need, and runs the start hooks. Nothing is reachable yet.
   * `here`: ids of the services of this process.
   */
  async start(runtime: DistributedRuntime, here: ReadonlySet<string>): Promise<void> {
    this.started = true;
    setRuntimeOf(this.instance, runtime);
    this.measure(runtime);
    const interceptors = [...this.interceptors.client, ...this.definition.interceptors.client];
    await Promise.all(
      this.dependencies.map((dependency) => dependency.connect(runtime, interceptors, this.environment)),
    );
    // Those in this process are registered later; they are waited for then.
    const outside = this.dependencies.filter((dependency) => !isAmong(here, dependency));
    await Promise.all(outside.map((dependency) => dependency.waitForInstances()));
    for (const hook of this.definition.hooks) {
      if (hook.kind === "start") await this.run(hook);
    }
  }

  /** Registers every endpoint. */
  async register(runtime: DistributedRuntime): Promise<void> {
    const component = runtime.namespace(this.definition.namespace).component(this.definition.component);
    for (const endpoint of this.definition.endpoints) {
      const { idempotent, name } = endpoint;
      const contract = endpoint.contract ?? undefined;
      const handler = tracedHandler(this.handler(endpoint), endpoint, `${this.definition.id}.${name}`);
      this.served.push(await component.endpoint(name).serveEndpoint(handler, { idempotent, contract }));
    }
  }

  /** Answers the calls of an endpoint, wherever they come from: all of them share its limits. */
  handler({ property }: EndpointDefinition): Handler<unknown, unknown> {
    const handler = this.handlers.get(property);
    if (handler === undefined) throw new Error(`${this.definition.id} has no ${property}.`);
    return handler;
  }

  /** Waits until the dependencies that are among `ids` can be called: discovery tells of them a moment after the fact. */
  async findDependencies(ids: ReadonlySet<string>): Promise<void> {
    const here = this.dependencies.filter((dependency) => isAmong(ids, dependency));
    await Promise.all(here.map((dependency) => dependency.found()));
  }

  /** Withdraws the endpoints and waits for their open calls. */
  async drain(): Promise<void> {
    await Promise.all(this.served.map((each) => each.stop()));
  }

  /** Runs the shutdown hooks, last one first, and closes the dependencies. Errors are returned, not thrown. */
  async stop(): Promise<unknown[]> {
    if (!this.started) return [];
    this.started = false;
    const errors: unknown[] = [];
    for (const hook of this.definition.hooks.toReversed()) {
      if (hook.kind !== "shutdown") continue;
      await this.run(hook).catch((error: unknown) => errors.push(error));
    }
    for (const dependency of this.dependencies) {
      await dependency.close().catch((error: unknown) => errors.push(error));
    }
    return errors;
  }

  private measure(runtime: DistributedRuntime): void {
    const { namespace, component } = this.definition;
    const labels = { dynamo_namespace: namespace, dynamo_component: component };
    for (const [endpoint, limits] of this.limits)
      limits.measure(runtime.ownMetrics(endpoint === "" ? labels : { ...labels, dynamo_endpoint: endpoint }));
  }

  private surrounded(endpoint: EndpointDefinition, shared: Admission): Handler<unknown, unknown> {
    const { id, namespace, component, interceptors } = this.definition;
    const { clock, around } = this.environment;
    const own = Admission.of(`${id}.${endpoint.name}`, endpoint.limits, clock);
    this.limits.set(endpoint.name, own);
    const handler = endpointHandler(this.instance, endpoint, {
      namespace,
      component,
      interceptors: [...this.interceptors.server, ...interceptors.server, ...endpoint.interceptors],
      admission: own.within(shared),
      clock,
    });
    return around(handler, endpoint, this.definition);
  }

  private async run({ property, timeoutMs }: HookDefinition): Promise<void> {
    const hook = (this.instance as Record<string, unknown>)[property] as () => void | Promise<void>;
    const running = Promise.resolve(hook.call(this.instance));
    if (timeoutMs === null) return running;
    const late = Promise.withResolvers<never>();
    const what = `${this.definition.className}.${property.replace(/^@/, "")}`;
    const timer = setTimeout(() => {
      late.reject(new StatorError("deadline_exceeded", `${what} has not ended within ${timeoutMs} ms.`));
    }, timeoutMs);
    try {
      await Promise.race([running, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function isAmong(ids: ReadonlySet<string>, { target }: Dependency): boolean {
  return ids.has(`${target.namespace}.${target.component}`);
}
