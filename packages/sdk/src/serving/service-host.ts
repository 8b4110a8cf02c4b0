import type { DistributedRuntime, ServedEndpoint } from "@stator/runtime-native";

import type { ServiceDefinition } from "../definition/service-definition.ts";
import type { Dependency } from "../dependency/dependency.ts";
import { endpointHandler } from "./endpoint-handler.ts";

/** One service object in this process, from connecting its dependencies to its last hook. */
export class ServiceHost {
  private readonly served: ServedEndpoint[] = [];
  private started = false;

  constructor(
    readonly definition: ServiceDefinition,
    readonly instance: object,
    private readonly dependencies: readonly Dependency[],
  ) {}

  /** The id under which the service's calls are answered, once it is registered. */
  get instanceId(): bigint | null {
    return this.served[0]?.instanceId ?? null;
  }

  /** Connects the dependencies and runs the start hooks. Nothing is reachable yet. */
  async start(runtime: DistributedRuntime): Promise<void> {
    this.started = true;
    await Promise.all(this.dependencies.map((dependency) => dependency.connect(runtime)));
    for (const hook of this.definition.hooks) {
      if (hook.kind === "start") await this.run(hook.property);
    }
  }

  /** Registers every endpoint. */
  async register(runtime: DistributedRuntime): Promise<void> {
    const component = runtime.namespace(this.definition.namespace).component(this.definition.component);
    for (const endpoint of this.definition.endpoints) {
      const { idempotent, name } = endpoint;
      const contract = endpoint.contract ?? undefined;
      const handler = endpointHandler(this.instance, endpoint);
      this.served.push(await component.endpoint(name).serveEndpoint(handler, { idempotent, contract }));
    }
  }

  /** Waits until the dependencies that are among `ids` can be called: discovery tells of them a moment after the fact. */
  async findDependencies(ids: ReadonlySet<string>): Promise<void> {
    const here = this.dependencies.filter(({ target }) => ids.has(`${target.namespace}.${target.component}`));
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
      await this.run(hook.property).catch((error: unknown) => errors.push(error));
    }
    for (const dependency of this.dependencies) {
      await dependency.close().catch((error: unknown) => errors.push(error));
    }
    return errors;
  }

  private async run(property: string): Promise<void> {
    const hook = (this.instance as Record<string, unknown>)[property] as () => void | Promise<void>;
    await hook.call(this.instance);
  }
}
