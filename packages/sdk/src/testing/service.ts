import type { ServiceClass } from "../definition/service-definition.ts";
import type { ServiceClient } from "../dependency/service-client.ts";
import { rootsOf } from "./cluster.ts";
import { readClusterOptions, type TestClusterOptions } from "./cluster-options.ts";
import type { RecordedCalls } from "./recorded-calls.ts";
import { Substitutes } from "./substitutes.ts";
import { TestCluster } from "./test-cluster.ts";
import type { TestClock } from "./test-clock.ts";
import type { TestInstance } from "./test-instance.ts";

/** One service that runs for a test, without those that it depends on. */
export class TestService<S extends object> implements AsyncDisposable {
  /** Calls it as other services do. */
  readonly client: ServiceClient<S>;
  /** Its one instance: `instance.service` is the object of its class. */
  readonly instance: TestInstance<S>;

  /** @internal Use `testService`. */
  constructor(
    /** What it runs in, for faults and further instances. */
    readonly cluster: TestCluster,
    service: ServiceClass<S>,
  ) {
    this.client = cluster.client(service);
    this.instance = cluster.instance(service);
  }

  /** Every call that has reached it, and those that it has made. */
  get calls(): RecordedCalls {
    return this.cluster.calls;
  }

  /** The time of the cluster. */
  get clock(): TestClock {
    return this.cluster.clock;
  }

  /** Answers a request for one of its `@api` methods. */
  fetch(request: string | Request, init?: RequestInit): Promise<Response> {
    return this.instance.fetch(request, init);
  }

  /** Stops the service and all that stands around it. */
  stop(): Promise<void> {
    return this.cluster.stop();
  }

  /** As `stop()`; what was left open is an error. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.cluster[Symbol.asyncDispose]();
  }
}

/**
 * Starts one service alone. What it depends on is replaced: by what `replace` says, and where it says nothing, by something that
 * fails with `not_found` and says what is missing.
 *
 * `await using test = await testService(Greeter, { replace: [stub(Names, { find: () => "Ada" })] });`
 *
 * @throws StatorError as `testCluster`.
 */
export async function testService<S extends object>(
  service: ServiceClass<S>,
  options: TestClusterOptions = {},
): Promise<TestService<S>> {
  const where = "testService";
  const read = readClusterOptions(where, options);
  const substitutes = new Substitutes(where, read.replace, service);
  return new TestService(await TestCluster.start(where, rootsOf(where, service), read, substitutes), service);
}
