import type { MockEngineState } from "@stator/llm";
import type { Client, DistributedRuntime } from "@stator/runtime-native";

/** Which of the mock engines has taken requests, by what they have counted. */
export class EngineRequests implements AsyncDisposable {
  private counts = new Map<bigint, number>();

  private constructor(
    private readonly runtime: DistributedRuntime,
    private readonly engines: Client<null, MockEngineState>,
  ) {}

  /** Follows the engines of a graph whose discovery is that folder. */
  static async follow(discovery: string): Promise<EngineRequests> {
    // Not before the addon is built.
    const { DistributedRuntime } = await import("@stator/runtime-native");
    const runtime = await DistributedRuntime.create({ discovery: "file", filePath: discovery });
    const engines = await runtime.endpoint("llm.engine.state").client<null, MockEngineState>();
    await engines.waitForInstances();
    const requests = new EngineRequests(runtime, engines);
    await requests.since();
    return requests;
  }

  /** The engines that have taken requests since the last time, as hexadecimal numbers. */
  async since(): Promise<string[]> {
    const ids = this.engines.instanceIds();
    const counts = await Promise.all(
      ids.map(async (id) => [id, (await this.engines.direct(null, id).one()).requests] as const),
    );
    const before = this.counts;
    this.counts = new Map(counts);
    const more = counts.filter(([id, count]) => count > (before.get(id) ?? 0));
    return more.map(([id]) => id.toString(16).padStart(16, "0"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engines.close();
    await this.runtime.shutdown();
  }
}
