import { UsageError } from "../cli/usage-error.ts";
import { freePort } from "./free-port.ts";
import { describeTarget } from "./describe-target.ts";
import { launchCommand, launchTask } from "./launch.ts";
import { prefixFor } from "./prefix.ts";
import { writeReadyFile } from "./ready-file.ts";
import type { ChildOutput, ChildProcess } from "./child-process.ts";
import { type PlannedService, planWorkers, type PlanOptions } from "./worker-plan.ts";
import { exitText, Worker } from "./worker.ts";

/** What the supervisor is to run, and where it reports. */
export interface SupervisorOptions extends PlanOptions {
  /** `<file>#<Service>` of the graph's root. */
  readonly target: string;
  readonly host: string;
  /** Time for the whole graph to drain, in milliseconds; what is left then is killed. */
  readonly drainMs: number;
  readonly readyFile: string | null;
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
export class Supervisor {
  private readonly services = new Map<string, Worker[]>();
  private readonly done = Promise.withResolvers<number>();
  private describing: ChildProcess | null = null;
  private stopping: Promise<void> | null = null;
  private ready = false;

  constructor(private readonly options: SupervisorOptions) {}

  /** Starts the graph and runs it until `stop`. Gives the exit code. */
  async run(): Promise<number> {
    try {
      await this.start();
    } catch (error) {
      if (this.stopping === null) this.say(error instanceof Error ? error.message : String(error));
      await this.stop(error instanceof UsageError ? 2 : 1);
    }
    return this.done.promise;
  }

  /** Drains the services one after another, the front first. A second call joins the first. */
  stop(exitCode = 0): Promise<void> {
    this.stopping ??= this.drain(exitCode);
    return this.stopping;
  }

  /** Kills everything at once. */
  kill(): void {
    this.describing?.killGroup();
    for (const worker of this.workers()) worker.kill();
  }

  private async start(): Promise<void> {
    const { target, environment, host, readyFile, stdout } = this.options;
    const described = await describeTarget(target, environment, this.output("stator", 0, 1), (child) => {
      this.describing = child;
    });
    this.describing = null;
    const plan = planWorkers(described, this.options);
    const width = Math.max(...plan.map(({ description }) => description.component.length));
    const ports = new Map<PlannedService, number>();
    for (const planned of plan) if (planned.port !== null) ports.set(planned, await freePort(host, planned.port));
    for (const planned of plan) {
      if (this.stopping !== null) return;
      const workers = this.spawn(planned, ports.get(planned) ?? 0, width);
      this.services.set(planned.description.id, workers);
      // What depends on a service starts when it is there: the first request finds everything.
      const hint = planned.description.command === null ? null : setTimeout(() => this.hint(planned), HINT_MS);
      await Promise.all(workers.map((worker) => worker.started)).finally(() => hint && clearTimeout(hint));
    }
    if (this.stopping !== null) return;
    this.ready = true;
    if (readyFile !== null) writeReadyFile(readyFile, this.url(), this.services);
    stdout(`ready ${this.url() ?? [...this.services.keys()].join(" ")}\n`);
  }

  private spawn({ description, workers, port: wanted }: PlannedService, port: number, width: number): Worker[] {
    const { target, host, drainMs, environment } = this.options;
    const { className, command } = description;
    const http = { host, port, reusePort: wanted !== null && workers > 1 };
    const launch =
      command === null
        ? launchTask({ task: "serve", target, service: description.id, http, drainMs }, environment)
        : launchCommand(className, command, environment, drainMs);
    const events = { ready: () => this.changed(), died: this.died.bind(this) };
    return Array.from({ length: workers }, (_, index) => {
      const output = this.output(description.component, index, workers, width);
      const name = workers === 1 ? className : `${className} ${index}`;
      return new Worker(name, launch, output, events);
    });
  }

  private hint({ description }: PlannedService): void {
    this.say(
      `${description.className} has not said that it is ready. A command writes {"type":"ready"} and a line feed to the ` +
        "descriptor that STATOR_READY_FD names.",
    );
  }

  private changed(): void {
    const { readyFile } = this.options;
    if (this.ready && readyFile !== null) writeReadyFile(readyFile, this.url(), this.services);
  }

  private died(worker: Worker, exit: Parameters<typeof exitText>[0], retryMs: number | null): void {
    const next = retryMs === null ? "it keeps failing and is held back" : `starting it again in ${retryMs} ms`;
    this.say(`${worker.name} ended with ${exitText(exit)}; ${next}.`);
    this.changed();
    if (![...this.workers()].every((each) => each.heldBack)) return;
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
    for (const workers of [...this.services.values()].toReversed()) {
      await Promise.all(workers.map((worker) => worker.stop()));
    }
    clearTimeout(timer);
    this.done.resolve(exitCode);
  }

  private url(): string | null {
    const urls = [...this.workers()].map((worker) => worker.ready?.url ?? null);
    return urls.findLast((url) => url !== null) ?? null;
  }

  private *workers(): Generator<Worker> {
    for (const workers of this.services.values()) yield* workers;
  }

  private output(component: string, index: number, workers: number, width = component.length): ChildOutput {
    const { stdout, stderr, colour } = this.options;
    return { prefix: prefixFor(component, index, workers, width, colour), stdout, stderr };
  }

  private say(text: string): void {
    this.options.stderr(`${prefixFor("stator", 0, 1, 6, this.options.colour)}${text}\n`);
  }
}
