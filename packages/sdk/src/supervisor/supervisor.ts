import { UsageError } from "../cli/usage-error.ts";
import type { Explanation } from "../configuration/explanation.ts";
import type { ConfigurationSources } from "../configuration/load-layers.ts";
import type { Controlled } from "../control/control-server.ts";
import type { GraphStatus } from "../control/graph-status.ts";
import type { GpuPool } from "../resources/gpu-pool.ts";
import { memoryShortage } from "../resources/memory-shortage.ts";
import type { DescribedGraph, ServiceDescription } from "../supervision/messages.ts";
import type { ChildOutput, ChildProcess } from "./child-process.ts";
import { describeTarget } from "./describe-target.ts";
import { freePort } from "./free-port.ts";
import { launchWorker, removeSettings, settingsVariable } from "./graph-launch.ts";
import { GraphSystemServer } from "./graph-system-server.ts";
import { graphStatus } from "./graph-status.ts";
import { LogBuffer } from "./log-buffer.ts";
import { prefixFor } from "./prefix.ts";
import { writeReadyFile } from "./ready-file.ts";
import { ServiceGroup } from "./service-group.ts";
import { findService, type PlannedService, type Plan, planWorkers, type PlanOptions } from "./worker-plan.ts";
import { exitText, type Worker } from "./worker.ts";

/** What the supervisor is to run, and where it reports. */
export interface SupervisorOptions extends PlanOptions {
  /** `<file>#<Service>` of the graph's root, or the name of the program that carries it. */
  readonly target: string;
  /** The program of our own children, and what stands before their task. */
  readonly child: readonly string[];
  readonly sources: ConfigurationSources;
  readonly host: string;
  /** Where health and metrics of the graph are asked for; a port of null for nowhere. */
  readonly system: { readonly host: string; readonly port: number | null };
  /** Time for the whole graph to drain, in milliseconds; what is left then is killed. */
  readonly drainMs: number;
  readonly readyFile: string | null;
  /** How long the event loop of a worker may be blocked, in milliseconds; 0 for as long as it likes. */
  readonly blockedMs: number;
  readonly environment: Record<string, string | undefined>;
  readonly colour: boolean;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/** How long a command may take to say that it is ready before people are told what it has to say. */
const HINT_MS = 10_000;

/** Time that a drained process has to end by itself, before it is killed. */
const SLACK_MS = 2_000;

/** Runs every service of a graph in processes of its own. */
export class Supervisor implements Controlled {
  readonly logs = new LogBuffer();
  /** The files that the graph was made of when it was loaded last. */
  files: readonly string[] = [];
  /** When it was, in milliseconds since 1970: what changes later has not been seen. */
  loadedAt = 0;
  /** Whether the graph could not be loaded the last time: then nobody knows all of its files. */
  isBroken = false;
  private readonly groups = new Map<string, ServiceGroup>();
  private readonly done = Promise.withResolvers<number>();
  private readonly startedAt = new Date();
  private services: readonly ServiceDescription[] = [];
  private settings = "{}";
  private width = 6;
  private describing: ChildProcess | null = null;
  private system: GraphSystemServer | null = null;
  private stopping: Promise<void> | null = null;
  private ready = false;
  /** Changes are made one after another. */
  private changing: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: SupervisorOptions) {}

  /** Starts the graph and runs it until `stop`. Gives the exit code. `started` is called when everything is ready. */
  async run(started: () => void = () => undefined): Promise<number> {
    try {
      await this.start();
      if (this.ready) started();
    } catch (error) {
      if (this.stopping === null) this.say(messageOf(error));
      await this.stop(error instanceof UsageError ? 2 : 1);
    }
    return this.done.promise;
  }

  /** Loads the graph and decides what would run, without starting it. */
  async plan(): Promise<{ readonly described: DescribedGraph; readonly plan: Plan }> {
    const { sources, environment } = this.options;
    this.loadedAt = Date.now();
    this.isBroken = true;
    const described = await describeTarget(
      this.options,
      sources,
      environment,
      this.output("stator", "stator", 0, true),
      (child) => {
        this.describing = child;
      },
    ).finally(() => {
      this.describing = null;
    });
    this.isBroken = false;
    const plan = planWorkers(described.services, this.options);
    const shortage = memoryShortage(
      plan.services.map(({ workers, description }) => ({ workers, memory: description.resources.memory })),
    );
    for (const warning of [...described.warnings, ...(shortage === null ? [] : [shortage])]) this.say(warning);
    return { described, plan };
  }

  /** Drains the services one after another, the front first. A second call joins the first. */
  stop(exitCode = 0): Promise<void> {
    this.stopping ??= this.drain(exitCode);
    return this.stopping;
  }

  /** Kills everything at once. */
  kill(): void {
    removeSettings();
    this.describing?.killGroup();
    for (const group of this.groups.values()) group.kill();
  }

  status(): GraphStatus {
    const { target } = this.options;
    const state = this.stopping !== null ? "stopping" : this.ready ? "running" : "starting";
    const systemUrl = this.system?.url ?? null;
    return graphStatus({ target, state, url: this.url(), systemUrl, startedAt: this.startedAt }, this.groups);
  }

  explanations(): readonly Explanation[] {
    return this.services.flatMap(({ explanations }) => explanations);
  }

  serviceId(name: string): string {
    return this.group(name).description.id;
  }

  scale(service: string, workers: number): Promise<void> {
    return this.change(async () => {
      await this.group(service).scale(workers);
      this.say(`${this.group(service).description.className} has ${workers} ${workers === 1 ? "worker" : "workers"}.`);
    });
  }

  restart(service: string | null): Promise<void> {
    return this.change(async () => {
      const groups = service === null ? [...this.groups.values()] : [this.group(service)];
      for (const group of groups) {
        await group.restart();
        this.say(`${group.description.className} has been restarted.`);
      }
    });
  }

  /**
   * Loads the graph anew: starts what is new, replaces what was there, stops what is gone. When it cannot be loaded, or a new
   * worker does not start, the old ones go on.
   */
  reload(): Promise<void> {
    return this.change(async () => {
      const { described, plan } = await this.plan();
      this.adopt(described);
      for (const planned of plan.services) {
        if (this.stopping === null) await this.renew(planned, plan.pool);
      }
      const kept = new Set(plan.services.map(({ description }) => description.id));
      for (const [id, group] of [...this.groups].toReversed()) {
        if (kept.has(id)) continue;
        await group.stop();
        this.groups.delete(id);
      }
      this.say("The graph runs as it is written now.");
    }).catch((error: unknown) => {
      if (this.stopping === null) this.say(`${messageOf(error)}\nThe graph goes on as it was.`);
    });
  }

  /** Says something to the people at the terminal. */
  say(text: string): void {
    const prefix = prefixFor("stator", 0, 1, 6, this.options.colour);
    this.logs.add({ service: "stator", worker: 0, stream: "stderr" }, text);
    for (const line of text.split("\n")) this.options.stderr(`${prefix}${line}\n`);
  }

  private async start(): Promise<void> {
    const { stdout, system } = this.options;
    const { described, plan } = await this.plan();
    this.adopt(described);
    if (system.port !== null) this.system = new GraphSystemServer(system.host, system.port, () => this.status());
    this.width = Math.max(...plan.services.map(({ description }) => description.component.length));
    const groups: ServiceGroup[] = [];
    for (const planned of plan.services) groups.push(await this.makeGroup(planned, plan.pool));
    for (const group of groups) {
      if (this.stopping !== null) return;
      await this.startGroup(group);
    }
    if (this.stopping !== null) return;
    this.ready = true;
    this.changed();
    stdout(`ready ${this.url() ?? [...this.groups.keys()].join(" ")}\n`);
  }

  private adopt({ services, files }: DescribedGraph): void {
    this.services = services;
    this.files = files;
    this.settings = settingsVariable(services.filter(({ command }) => command === null));
  }

  private async makeGroup(planned: PlannedService, pool: GpuPool): Promise<ServiceGroup> {
    const port = planned.port === null ? 0 : await freePort(this.options.host, planned.port);
    const how = {
      blockedMs: this.options.blockedMs,
      launch: (own: PlannedService, shared: number, gpus: readonly string[]) =>
        launchWorker(this.options, this.settings, own, shared, gpus),
      output: ({ description }: PlannedService, index: number, isOnly: boolean) =>
        this.output(description.id, description.component, index, isOnly),
    };
    return new ServiceGroup(planned, port, pool, how, {
      ready: () => this.changed(),
      blocked: (worker: Worker, blockedMs: number) =>
        this.say(`${worker.name}: its event loop has been blocked for ${blockedMs} ms; killing it.`),
      died: this.died.bind(this),
    });
  }

  private async startGroup(group: ServiceGroup): Promise<void> {
    const { className, command, id } = group.description;
    this.groups.set(id, group);
    // What depends on a service starts when it is there: the first request finds everything.
    const hint = command === null ? null : setTimeout(() => this.hint(className), HINT_MS);
    await group.start().finally(() => hint && clearTimeout(hint));
  }

  private async renew(planned: PlannedService, pool: GpuPool): Promise<void> {
    const group = this.groups.get(planned.description.id);
    if (group === undefined) return this.startGroup(await this.makeGroup(planned, pool));
    await group.renew(planned, pool);
  }

  private hint(className: string): void {
    this.say(
      `${className} has not said that it is ready. A command writes {"type":"ready"} and a line feed to the ` +
        "descriptor that STATOR_READY_FD names.",
    );
  }

  private async change(work: () => Promise<void>): Promise<void> {
    const mine = this.changing.then(() => {
      if (!this.ready) throw new UsageError("The graph is still starting.");
      if (this.stopping !== null) throw new UsageError("The graph is stopping.");
      return work();
    });
    this.changing = mine.catch(() => undefined);
    await mine;
    this.changed();
  }

  private changed(): void {
    const { readyFile } = this.options;
    if (!this.ready || readyFile === null) return;
    writeReadyFile(readyFile, { url: this.url(), systemUrl: this.system?.url ?? null }, this.groups);
  }

  private died(worker: Worker, exit: Parameters<typeof exitText>[0], retryMs: number | null): void {
    const next = retryMs === null ? "it keeps failing and is held back" : `starting it again in ${retryMs} ms`;
    this.say(`${worker.name} ended with ${exitText(exit)}; ${next}.`);
    this.changed();
    const workers = [...this.groups.values()].flatMap((group) => group.workers);
    if (!workers.every((each) => each.heldBack)) return;
    this.say("No service is left.");
    void this.stop(1);
  }

  private async drain(exitCode: number): Promise<void> {
    if (exitCode === 0) this.say("Stopping; another signal ends everything at once.");
    this.describing?.killGroup();
    const timer = setTimeout(() => {
      this.say(`Not everything ended within ${this.options.drainMs} ms; killing the rest.`);
      this.kill();
    }, this.options.drainMs + SLACK_MS);
    for (const group of [...this.groups.values()].toReversed()) await group.stop();
    clearTimeout(timer);
    this.system?.close();
    removeSettings();
    this.done.resolve(exitCode);
  }

  private group(name: string): ServiceGroup {
    const groups = [...this.groups.values()];
    const found = findService(
      groups.map(({ description }) => description),
      name,
      "service",
    );
    return groups.find(({ description }) => description === found) as ServiceGroup;
  }

  private url(): string | null {
    const urls = [...this.groups.values()].flatMap(({ workers }) => workers.map((each) => each.ready?.url ?? null));
    return urls.findLast((url) => url !== null) ?? null;
  }

  private output(id: string, component: string, index: number, isOnly: boolean): ChildOutput {
    const { colour } = this.options;
    const prefix = prefixFor(component, index, isOnly ? 1 : 2, this.width, colour);
    const kept = (stream: "stdout" | "stderr") => (text: string) => {
      const own = text.replaceAll(new RegExp(`^${RegExp.escape(prefix)}`, "gm"), "");
      this.logs.add({ service: id, worker: index, stream }, own);
      this.options[stream](text);
    };
    return { prefix, stdout: kept("stdout"), stderr: kept("stderr") };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
