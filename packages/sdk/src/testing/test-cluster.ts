import { systemClock } from "@stator/runtime-native";

import { isCommandService } from "../definition/command-service.ts";
import { invalidArgument } from "../definition/invalid-argument.ts";
import { suggestion } from "../definition/nearest-name.ts";
import type { ServiceClass } from "../definition/service-definition.ts";
import type { DependencyOptions } from "../dependency/dependency-options.ts";
import type { GraphParts } from "../graph/service-graph.ts";
import { CallFaults, FaultyCalls } from "./call-faults.ts";
import { Changes, type Something, type WaitOptions } from "./changes.ts";
import { ClusterMembers } from "./cluster-members.ts";
import type { ResolvedClusterOptions } from "./cluster-options.ts";
import { FakeClock } from "./fake-clock.ts";
import { type FaultyCall } from "./fault.ts";
import { goingOn, LeakError, unfinished } from "./leaks.ts";
import { type End, Partition } from "./partition.ts";
import { seededRandom } from "./random.ts";
import type { RecordedCall } from "./recorded-call.ts";
import { RecordedCalls } from "./recorded-calls.ts";
import { identityOf } from "./replacement.ts";
import type { ServiceGroup } from "./service-group.ts";
import type { Substitutes } from "./substitutes.ts";
import { TEST } from "./test-caller.ts";
import { realTestClock, type TestClock } from "./test-clock.ts";
import { TestInstance } from "./test-instance.ts";
import type { ClientOf, EndpointOf, MethodsOf, Tested } from "./tested-service.ts";

/** Rounds in which a cluster that stops may come to rest. */
const STOP_ROUNDS = 500;

/** Some of the instances of a cluster: one, all of a service, or the test itself. */
export type Side = TestInstance<unknown> | Tested | "test";

/** Which calls are meant, besides what they are made to. */
export interface CallsOptions {
  /** Made by this service, by this instance of it, by the test, or over HTTP. Default: by anybody. */
  readonly from?: Side | "http";
  /** That reach this instance. Default: any. */
  readonly instance?: TestInstance<unknown>;
}

/**
 * Services that run in this process for a test, each instance with a runtime of its own: calls between them are encoded, checked
 * and limited as between processes. `testCluster` makes it; disposing of it stops everything.
 */
export class TestCluster implements AsyncDisposable {
  /** The time that the services go by. */
  readonly clock: TestClock;
  /** Every call that has reached a service. */
  readonly calls: RecordedCalls;
  private readonly members: ClusterMembers;
  private readonly faults: CallFaults;
  private readonly changes: Changes;
  private stopping: Promise<void> | null = null;

  private constructor(
    private readonly where: string,
    parts: GraphParts,
    private readonly options: ResolvedClusterOptions,
    private readonly substitutes: Substitutes,
  ) {
    const clock = options.clock === "real" ? systemClock : new FakeClock(() => this.settled(), options.startAt);
    this.clock = clock instanceof FakeClock ? clock : realTestClock(clock);
    this.changes = new Changes(() => String(this.calls));
    this.calls = new RecordedCalls((service) => this.group(service), this.changes);
    this.faults = new CallFaults(seededRandom(options.seed));
    const random = seededRandom(options.seed + 1);
    const observing = { calls: this.calls, faults: this.faults, clock, changed: this.changes.tell };
    const all = { ...parts, substitute: substitutes.of };
    this.members = new ClusterMembers(where, all, options, { clock, random }, observing);
  }

  /** @internal Use `testCluster`. */
  static async start(
    where: string,
    parts: GraphParts,
    options: ResolvedClusterOptions,
    substitutes: Substitutes,
  ): Promise<TestCluster> {
    const cluster = new TestCluster(where, parts, options, substitutes);
    cluster.members.resolve();
    substitutes.checkUsed();
    try {
      await cluster.members.start();
    } catch (error) {
      await cluster.members.stop();
      throw error;
    }
    return cluster;
  }

  /** A client of a service, as others have it that depend on it. What stands in for a service is known by the service. */
  client<const T extends Tested>(service: T): ClientOf<T> {
    return this.group(service).client as ClientOf<T>;
  }

  /** A client of a service that calls it as `depends(service, options)` would. */
  async connect<const T extends Tested>(service: T, options: DependencyOptions): Promise<ClientOf<T>> {
    const client = await this.members.caller.connect(service, this.group(service).node.service, options);
    return client as ClientOf<T>;
  }

  /** An instance of a service: by its number, from 1 on, dead ones counted; or the one that a call has reached. Default: 1. */
  instance<const T extends Tested>(service: T, which: number | RecordedCall = 1): TestInstance<MethodsOf<T>> {
    const { instances, name } = this.group(service);
    const wanted = typeof which === "number" ? `${name}#${which}` : which.instance;
    const found = instances.find((each) => each.name === wanted);
    if (found !== undefined) return found as unknown as TestInstance<MethodsOf<T>>;
    throw invalidArgument(`${this.where}: ${name} has no ${wanted}; ${instances.length} have been started.`);
  }

  /** The instances of a service that are alive. */
  instances<const T extends Tested>(service: T): TestInstance<MethodsOf<T>>[] {
    const alive = this.group(service).instances.filter(({ isAlive }) => isAlive);
    return alive as unknown as TestInstance<MethodsOf<T>>[];
  }

  /** Starts one more instance. Resolves when everybody has noticed it. */
  async add<const T extends Tested>(service: T): Promise<TestInstance<MethodsOf<T>>> {
    const added = await this.members.add(this.group(service));
    await this.members.noticed();
    return added as unknown as TestInstance<MethodsOf<T>>;
  }

  /** Some of the calls, to let them go wrong: `cluster.on(Worker, "run").drop({ times: 1 })`. */
  on<const T extends Tested>(service: T, endpoint?: EndpointOf<T>, options: CallsOptions = {}): FaultyCalls {
    const { name, endpoints } = this.group(service);
    if (endpoint !== undefined && !endpoints.includes(endpoint)) {
      throw invalidArgument(`${name} has no endpoint "${endpoint}"; ${suggestion(endpoint, endpoints)}`);
    }
    const { from, instance } = options;
    const made = from === undefined ? null : this.callers(from);
    return new FaultyCalls(this.faults, (call: FaultyCall) => {
      if (call.service !== name || (endpoint !== undefined && call.endpoint !== endpoint)) return false;
      return (instance === undefined || call.instance === instance.name) && (made === null || made(call.caller));
    });
  }

  /** Lets all further calls through, whatever was to go wrong with them. Partitions stay. */
  clearFaults(): void {
    this.faults.clear();
  }

  /**
   * Breaks the network between two sides: what is open between them breaks, and calls do not get through, until it is healed.
   * It is noticed at once; a real network takes `keepAliveMs` for it.
   */
  async partition(one: Side, other: Side): Promise<Partition> {
    const pairs = this.ends(one).flatMap((a) =>
      this.ends(other).flatMap((b) => (a.runtime === b.runtime ? [] : [[a, b] as const])),
    );
    return new Partition(pairs, () => this.members.noticed()).begin();
  }

  /**
   * Resolves as soon as the condition holds, and gives what it gives. It is asked whenever something happens.
   *
   * @throws StatorError `deadline_exceeded` after 4 s of the real time, or `timeoutMs`, with the calls so far.
   */
  until<R>(condition: () => R | Promise<R>, options?: WaitOptions): Promise<Something<R>> {
    return this.changes.until(condition, "What the test waits for", options);
  }

  /** Resolves when nothing moves between the services. What they wait for outside of the cluster is not waited for. */
  settled(): Promise<void> {
    return this.members.settled();
  }

  /** Answers a request for an `@api` method of the service that the cluster begins with. */
  fetch(request: string | Request, init?: RequestInit): Promise<Response> {
    const root = this.members.groups.at(-1)?.instances.find(({ isAlive }) => isAlive);
    if (root === undefined) throw invalidArgument(`${this.where}: nobody is left who could answer the request.`);
    return root.fetch(request, init);
  }

  /**
   * Stops everything, dependents first. Disposing does the same, and reports the error beside that of a test that fails.
   *
   * @throws LeakError where calls had not ended; AggregateError where a shutdown hook failed.
   */
  stop(): Promise<void> {
    this.stopping ??= this.stopAll();
    return this.stopping;
  }

  /** As `stop()`; what was left open is an error. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.stop();
    } catch (error) {
      // Thrown from here it would hide what the test itself has failed with.
      void Promise.reject(error);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  private async stopAll(): Promise<void> {
    this.faults.clear();
    // What keeps sending is a leak, and told of as such.
    await this.members.settled(STOP_ROUNDS).catch(() => undefined);
    const open = unfinished(this.calls);
    // Whoever waits for the test's own calls hears that it is over.
    await this.members.caller.leave();
    const leaks = [...open, ...(await goingOn(this.calls, (call) => call.status !== "running"))];
    const errors = await this.members.stop();
    if (leaks.length > 0 && this.options.leaks === "fail") errors.unshift(new LeakError(leaks));
    this.changes.tell();
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, "The cluster could not be stopped in order.");
  }

  private ends(side: Side): readonly End[] {
    if (side === TEST) return [{ runtime: this.members.caller.runtime, address: null, instanceId: 0n }];
    return side instanceof TestInstance ? [side] : this.instances(side);
  }

  private callers(side: Side | "http"): (caller: string) => boolean {
    if (typeof side === "string") return (caller) => caller === side;
    if (side instanceof TestInstance) return (caller) => caller === side.name;
    const { name } = this.group(side);
    return (caller) => caller.startsWith(`${name}#`);
  }

  private group(service: Tested): ServiceGroup {
    const { groups } = this.members;
    const actual: unknown = this.substitutes.of(service) ?? service;
    const contract = identityOf(actual);
    const found = groups.find(({ node }) => node.service === actual || identityOf(node.service) === contract);
    if (found !== undefined) return found;
    const known = groups.map(({ name }) => name);
    const name = isCommandService(service) ? service.definition.className : (service as ServiceClass).name;
    throw invalidArgument(`${this.where}: ${name} is not part of the cluster; ${suggestion(name, known)}`);
  }
}
