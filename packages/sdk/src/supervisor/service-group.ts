import type { GpuPool } from "../resources/gpu-pool.ts";
import type { ServiceDescription } from "../supervision/messages.ts";
import type { Launch } from "./launch.ts";
import type { ChildOutput } from "./child-process.ts";
import { gpusFor, type PlannedService } from "./worker-plan.ts";
import { Worker, type WorkerEvents } from "./worker.ts";

/** How the processes of a service are started. */
export interface GroupLaunch {
  /** How long an event loop may be blocked, in milliseconds; 0 for as long as it likes. */
  readonly blockedMs: number;
  launch(planned: PlannedService, port: number, gpus: readonly string[]): Launch;
  output(planned: PlannedService, index: number, isOnly: boolean): ChildOutput;
}

/** The workers of one service. */
export class ServiceGroup {
  workers: readonly Worker[] = [];
  /** What somebody has asked for since the start; null while the configuration counts. */
  scaledTo: number | null = null;
  /** Those among them, too, that are coming or going. */
  private readonly all = new Set<Worker>();
  private stopped = false;

  constructor(
    private planned: PlannedService,
    /** The HTTP port that its workers share; 0 without HTTP. */
    readonly port: number,
    private pool: GpuPool,
    private readonly how: GroupLaunch,
    private readonly events: WorkerEvents,
  ) {}

  get description(): ServiceDescription {
    return this.planned.description;
  }

  /** Starts the workers of the plan. Rejects when one of them ends before it is ready. */
  async start(): Promise<void> {
    this.workers = this.planned.gpus.map((gpus, index) => this.spawn(index, gpus, this.planned.workers));
    await Promise.all(this.workers.map((worker) => worker.started));
  }

  /** Starts more workers, or lets the last ones drain and end. Resolves when the new ones are ready and the others gone. */
  async scale(count: number): Promise<void> {
    await this.drop(count);
    await this.grow(count, (index) => gpusFor(this.description, index, count, this.pool));
    this.scaledTo = count;
  }

  /** Takes a new plan: ends the workers that are too many, replaces the others, starts those that are missing. */
  async renew(planned: PlannedService, pool: GpuPool): Promise<void> {
    const count = this.scaledTo ?? planned.workers;
    // Their GPUs go back to where they were taken from.
    await this.drop(count);
    this.planned = planned;
    this.pool = pool;
    // The plan has GPUs for its own workers; those that somebody has added take what is left.
    const gpus = (index: number) => planned.gpus[index] ?? gpusFor(this.description, index, count, pool);
    await this.restart(gpus);
    await this.grow(count, gpus);
  }

  private async drop(count: number): Promise<void> {
    const dropped = this.workers.slice(count);
    this.workers = this.workers.slice(0, count);
    await Promise.all(dropped.map((worker) => this.end(worker)));
    for (const worker of dropped) this.pool.give(worker.gpus, this.description.resources.gpu);
  }

  private async grow(count: number, gpusAt: (index: number) => readonly string[]): Promise<void> {
    const before = this.workers;
    const more: Worker[] = [];
    try {
      for (let index = before.length; index < count; index++) {
        more.push(this.spawn(index, gpusAt(index), count));
        this.workers = [...before, ...more];
      }
      await Promise.all(more.map((worker) => worker.started));
    } catch (error) {
      // What was there before goes on; nothing of the attempt is left.
      await Promise.all(more.map((worker) => this.end(worker)));
      for (const worker of more) this.pool.give(worker.gpus, this.description.resources.gpu);
      this.workers = before;
      throw error;
    }
  }

  /**
   * Replaces the workers, one after another: the new one is ready before the old one drains, so that calls always find one.
   * Workers with GPUs of their own drain first. When a new one does not start, the old ones that are left go on.
   *
   * @param gpusAt the GPUs of each. Default: those that it has.
   */
  async restart(gpusAt?: (index: number) => readonly string[]): Promise<void> {
    for (const old of this.workers) {
      const isExclusive = old.gpus.length > 0;
      if (isExclusive) await this.end(old);
      const gpus = gpusAt?.(old.index) ?? old.gpus;
      const fresh = this.spawn(old.index, gpus, this.workers.length);
      if (isExclusive) this.replace(old, fresh);
      try {
        await fresh.started;
      } catch (error) {
        await this.end(fresh);
        throw error;
      }
      if (isExclusive) continue;
      this.replace(old, fresh);
      await this.end(old);
    }
  }

  /** Lets all workers drain and end. */
  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all([...this.all].map((worker) => this.end(worker)));
  }

  /** Ends all processes at once. */
  kill(): void {
    this.stopped = true;
    for (const worker of this.all) worker.kill();
  }

  private async end(worker: Worker): Promise<void> {
    await worker.stop();
    this.all.delete(worker);
  }

  private replace(old: Worker, fresh: Worker): void {
    this.workers = this.workers.map((each) => (each === old ? fresh : each));
    this.events.ready(fresh);
  }

  private spawn(index: number, gpus: readonly string[], count: number): Worker {
    const { className } = this.description;
    if (this.stopped) throw new Error(`${className} is being stopped.`);
    const name = count === 1 ? className : `${className} ${index}`;
    const launch = this.how.launch(this.planned, this.port, gpus);
    const output = this.how.output(this.planned, index, count === 1);
    const worker = new Worker(name, index, gpus, launch, output, this.events, this.how.blockedMs);
    this.all.add(worker);
    return worker;
  }
}
