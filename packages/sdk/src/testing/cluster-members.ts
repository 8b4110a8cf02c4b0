import type { Clock, RuntimeOptions } from "@stator/runtime-native";
import { Arrivals, type PlayedFaults } from "@stator/runtime-native/testing";

import { runByClock } from "../clock/clock.ts";
import { ConfigurationLayers } from "../configuration/configuration-layers.ts";
import { valueEntries } from "../configuration/value-entries.ts";
import { invalidArgument } from "../definition/invalid-argument.ts";
import { suggestion } from "../definition/nearest-name.ts";
import {
  type GraphParts,
  requireClasses,
  resolveGraph,
  resolveService,
  type ServiceNode,
} from "../graph/service-graph.ts";
import { type HostEnvironment, REAL } from "../serving/host-environment.ts";
import { applyEnvironment } from "../serving/apply-environment.ts";
import { serveNodes } from "../serving/serve.ts";
import type { ResolvedClusterOptions } from "./cluster-options.ts";
import { observed, type Observing } from "./observed.ts";
import { setReachable } from "./partition.ts";
import { ServiceGroup } from "./service-group.ts";
import { settled } from "./settled.ts";
import { TestCaller } from "./test-caller.ts";
import { type InstanceHost, TestInstance } from "./test-instance.ts";

/** Time that calls have to end where the test lets nothing be open, in milliseconds. */
const DRAIN_MS = 200;

/** Names of clusters: each has discovery, events and a store of its own. */
let clusters = 0;

/** The instances of a cluster and the test that calls them: each with a runtime of its own, in this process. */
export class ClusterMembers implements InstanceHost {
  readonly groups: ServiceGroup[] = [];
  private readonly runtime: RuntimeOptions;
  private readonly layers: ConfigurationLayers;
  private readonly variables = new Set<string>();
  private readonly arrivals = new Arrivals();
  private joined: TestCaller | null = null;

  constructor(
    private readonly where: string,
    private readonly parts: GraphParts,
    private readonly options: ResolvedClusterOptions,
    private readonly environment: Omit<HostEnvironment, "around">,
    private readonly observing: Observing,
  ) {
    clusters += 1;
    this.runtime = {
      discovery: "memory",
      memoryCluster: `test-${clusters}`,
      requestPlane: "memory",
      eventPlane: "memory",
      kv: "discovery",
      systemPort: -1,
      workerThreads: 1,
    };
    this.layers = new ConfigurationLayers().with(valueEntries(options.configuration, `${where}({ configuration })`));
  }

  get changed(): () => void {
    return this.observing.changed;
  }

  get caller(): TestCaller {
    if (this.joined === null) throw invalidArgument(`${this.where}: the cluster has not started.`);
    return this.joined;
  }

  get clock(): Clock {
    return this.environment.clock;
  }

  /** The services of the graph, constructed: dependencies first. */
  resolve(): void {
    const nodes = runByClock(this.clock, () => requireClasses(resolveGraph(this.parts, this.layers)));
    const names = nodes.map(({ definition }) => definition.className);
    for (const name of Object.keys(this.options.instances)) {
      if (!names.includes(name)) {
        throw invalidArgument(`${this.where}: instances: there is no service "${name}"; ${suggestion(name, names)}`);
      }
    }
    this.layers.check(nodes.map(({ definition }) => definition));
    this.groups.push(...nodes.map((node) => new ServiceGroup(node)));
  }

  /** Starts the test's own runtime and every instance, dependencies first. */
  async start(): Promise<void> {
    const { metadata } = this.options;
    this.joined = await TestCaller.join(this.runtime, this.arrivals, { ...REAL, ...this.environment }, metadata);
    for (const group of this.groups) {
      const count = this.options.instances[group.name] ?? 1;
      for (let number = 1; number <= count; number++) await this.add(group, number === 1 ? group.node : null);
    }
    const ids = new Set(this.groups.filter((each) => each.instances.length > 0).map(({ definition }) => definition.id));
    await Promise.all(this.instances().map(({ serving }) => serving.found(ids)));
    for (const group of this.groups) await this.caller.watch(group);
    await this.noticed();
    for (const group of this.groups)
      group.client = await this.caller.connect(group.node.service, group.node.service, {});
    await this.settled();
  }

  /** Starts one more instance; `made` is the object that there is already. */
  async add(group: ServiceGroup, made: ServiceNode | null = null): Promise<TestInstance> {
    const { service } = group.node;
    const name = `${group.name}#${group.instances.length + 1}`;
    const node = made ?? runByClock(this.clock, () => resolveService(service, this.layers, this.parts));
    applyEnvironment([node.definition], this.variables);
    const around: HostEnvironment["around"] = (handler, endpoint, definition) =>
      observed(handler, endpoint, definition, name, this.observing);
    const options = {
      runtime: this.runtime,
      signals: false,
      drainMs: DRAIN_MS,
      http: { listen: false },
      interceptors: this.options.interceptors,
    };
    const serving = await runByClock(this.clock, () =>
      serveNodes([node], options, this.variables, {
        environment: { ...this.environment, around },
        bed: { clock: this.clock, name, arrivals: this.arrivals },
      }),
    );
    const instance = new TestInstance(name, node.instance, serving, this);
    group.instances.push(instance);
    this.changed();
    return instance;
  }

  /** Those that are alive. */
  instances(): TestInstance[] {
    return this.groups.flatMap(({ instances }) => instances.filter(({ isAlive }) => isAlive));
  }

  settled(mostRounds?: number): Promise<void> {
    return settled(() => this.faults(), mostRounds);
  }

  async noticed(): Promise<void> {
    await this.settled();
    await Promise.all(this.faults().map((each) => each.look()));
    for (const { watch, instances } of this.groups) {
      const listed = new Map(watch?.instances().map((each) => [each.instanceId, each.address]));
      for (const each of instances) if (each.isAlive) each.address = listed.get(each.instanceId) ?? each.address;
    }
    this.changed();
  }

  async isolate(instance: TestInstance<unknown>): Promise<void> {
    const others = [...this.instances(), { runtime: this.caller.runtime, address: null, instanceId: 0n }];
    const apart = others.filter(({ runtime }) => runtime !== instance.runtime);
    await Promise.all(apart.map((other) => setReachable(instance, other, false)));
  }

  /** Ends everything, dependents first. Gives what went wrong. */
  async stop(): Promise<unknown[]> {
    const errors: unknown[] = [];
    const note = (error: unknown): void => void errors.push(error);
    for (const group of this.groups.toReversed()) {
      await Promise.all(group.instances.filter(({ isAlive }) => isAlive).map((each) => each.end().catch(note)));
    }
    await this.joined?.leave().catch(note);
    for (const name of this.variables) delete process.env[name];
    return errors;
  }

  private faults(): PlayedFaults[] {
    const runtimes = this.instances().map(({ runtime }) => runtime);
    if (this.joined !== null) runtimes.push(this.joined.runtime);
    return runtimes.map(({ faults }) => faults);
  }
}
