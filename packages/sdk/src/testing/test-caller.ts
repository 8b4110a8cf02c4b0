import { DistributedRuntime, type RuntimeOptions } from "@stator/runtime-native";
import type { Arrivals } from "@stator/runtime-native/testing";

import { collected } from "../dependency/collecting-scope.ts";
import type { Dependency } from "../dependency/dependency.ts";
import type { DependencyOptions } from "../dependency/dependency-options.ts";
import { depends, resolveDependency } from "../dependency/depends.ts";
import type { ServiceClass } from "../definition/service-definition.ts";
import type { ClientInterceptor } from "../interceptor/interceptor.ts";
import type { HostEnvironment } from "../serving/host-environment.ts";
import type { ServiceGroup } from "./service-group.ts";
import type { Tested } from "./tested-service.ts";

/** The name by which services see the test as their caller. */
export const TEST = "test";

/** The test itself as a member of its cluster: it calls, and serves nothing. */
export class TestCaller {
  private constructor(
    readonly runtime: DistributedRuntime,
    private readonly environment: HostEnvironment,
    private readonly interceptors: readonly ClientInterceptor[],
  ) {}

  static async join(
    options: RuntimeOptions,
    arrivals: Arrivals,
    environment: HostEnvironment,
    metadata: Readonly<Record<string, string>>,
  ): Promise<TestCaller> {
    const runtime = await DistributedRuntime.create(options, { clock: environment.clock, name: TEST, arrivals });
    const carries = Object.keys(metadata).length > 0;
    const carrying: ClientInterceptor = (next) => (call) =>
      next({ ...call, metadata: { ...metadata, ...call.metadata } });
    return new TestCaller(runtime, environment, carries ? [carrying] : []);
  }

  /** A client of a service of the cluster. */
  async connect(asked: Tested, actual: ServiceClass, options: DependencyOptions): Promise<object> {
    const { dependencies } = collected(() => depends(asked as ServiceClass, options));
    const [dependency] = dependencies as readonly [Dependency];
    dependency.link(resolveDependency(actual));
    await dependency.connect(this.runtime, this.interceptors, this.environment);
    return this.environment.clock.isReal ? dependency.client : awaitedLater(dependency.client);
  }

  /** Follows the instances of a service from now on. */
  async watch(group: ServiceGroup): Promise<void> {
    if (group.path !== null) group.watch = await this.runtime.endpoint(group.path).client<unknown, unknown>();
  }

  /** Ends its calls and leaves. */
  async leave(): Promise<void> {
    await this.runtime.shutdown({ timeoutMs: 0 });
  }
}

/**
 * The same client, whose calls may fail before anybody awaits them: a test that lets time pass awaits that first, and the call
 * after it.
 */
function awaitedLater(client: object): object {
  return new Proxy(client, {
    get(target, property, receiver): unknown {
      const method: unknown = Reflect.get(target, property, receiver);
      if (typeof method !== "function") return method;
      return (...parameters: unknown[]): unknown => {
        const answer: unknown = Reflect.apply(method, undefined, parameters);
        if (answer instanceof Promise) answer.catch(() => undefined);
        return answer;
      };
    },
  });
}
