import { BackOff } from "./back-off.ts";
import { Pulse } from "./pulse.ts";
import { type ChildExit, type ChildOutput, ChildProcess } from "./child-process.ts";
import type { Launch } from "./launch.ts";
import type { ChildMessage } from "../supervision/messages.ts";

/** What a worker says when it is ready. */
export interface WorkerReady {
  readonly pid: number;
  readonly url: string | null;
  readonly instanceId: string | null;
  /** Where its system server listens, `IP:port`; null if it has none. */
  readonly systemAddress: string | null;
}

/** What the supervisor hears of a worker. */
export interface WorkerEvents {
  /** The first time, and after each restart. */
  ready(worker: Worker): void;
  /** Its event loop has been blocked for so long, and it is killed. */
  blocked(worker: Worker, blockedMs: number): void;
  /** It ended without being asked to, and will be started again in `retryMs`; null when it is held back from now on. */
  died(worker: Worker, exit: ChildExit, retryMs: number | null): void;
}

/** What a worker is doing. */
export type WorkerState = "starting" | "running" | "waiting" | "stopping" | "stopped" | "held-back";

/** One process of a service, kept running. */
export class Worker {
  /** Resolves with the first readiness; rejects if the process ends before. */
  readonly started: Promise<void>;
  ready: WorkerReady | null = null;
  heldBack = false;
  /** Times that it was started again after its end. */
  restarts = 0;
  /** When the process of now was started, in milliseconds since 1970. */
  startedAt = 0;
  private child: ChildProcess | null = null;
  private readonly first = Promise.withResolvers<void>();
  private hasStarted = false;
  private stopping = false;
  private failure: string | null = null;
  private retry: Timer | null = null;
  private readonly backOff = new BackOff();
  private readonly pulse: Pulse;

  constructor(
    readonly name: string,
    /** Which of its service's workers it is. */
    readonly index: number,
    /** The GPUs that are its own. */
    readonly gpus: readonly string[],
    private readonly launch: Launch,
    private readonly output: ChildOutput,
    private readonly events: WorkerEvents,
    /** How long an event loop may be blocked, in milliseconds; 0 for as long as it likes. */
    blockedMs = 0,
  ) {
    this.pulse = new Pulse(blockedMs, () => this.blocked(blockedMs));
    this.started = this.first.promise;
    this.started.catch(() => undefined);
    this.spawn();
  }

  get pid(): number | null {
    return this.child?.pid ?? null;
  }

  get state(): WorkerState {
    if (this.heldBack) return "held-back";
    if (this.stopping) return this.child === null ? "stopped" : "stopping";
    if (this.ready !== null) return "running";
    return this.child === null ? "waiting" : "starting";
  }

  /** Lets the process drain and end. Resolves when it has gone. */
  async stop(): Promise<void> {
    this.stopping = true;
    if (this.retry !== null) clearTimeout(this.retry);
    const { child } = this;
    child?.signal("SIGTERM");
    await child?.exited;
  }

  /** Ends the process and all that it has started, at once. */
  kill(): void {
    this.stopping = true;
    if (this.retry !== null) clearTimeout(this.retry);
    this.child?.killGroup();
  }

  private spawn(): void {
    const from = Date.now();
    this.startedAt = from;
    this.failure = null;
    const child = new ChildProcess(this.launch, this.output, (message) => this.receive(child, message));
    this.child = child;
    void child.exited.then((exit) => this.gone(exit, Date.now() - from));
  }

  private receive(child: ChildProcess, message: ChildMessage): void {
    if (message.type === "failed") this.failure = message.message;
    if (message.type === "alive" && child === this.child) this.pulse.felt();
    if (message.type !== "ready") return;
    this.hasStarted = true;
    const { url = null, instanceId = null, systemAddress = null } = message;
    this.ready = { pid: child.pid, url, instanceId, systemAddress };
    this.first.resolve();
    this.events.ready(this);
  }

  private blocked(blockedMs: number): void {
    if (this.stopping) return;
    this.events.blocked(this, blockedMs);
    // A blocked loop hears no signal that it could obey.
    this.child?.killGroup();
  }

  private gone(exit: ChildExit, ranMs: number): void {
    this.pulse.stop();
    this.child = null;
    this.ready = null;
    if (this.failure !== null) this.output.stderr(`${this.output.prefix}${this.failure}\n`);
    if (this.stopping) {
      // Whoever waits for it must not wait for ever.
      this.first.reject(new Error(`${this.name} was stopped before it was ready.`));
      return;
    }
    if (!this.hasStarted) {
      this.stopping = true;
      this.first.reject(new Error(`${this.name} did not start: ${exitText(exit)}.`));
      return;
    }
    const retryMs = this.backOff.next(ranMs);
    this.heldBack = retryMs === null;
    this.events.died(this, exit, retryMs);
    if (retryMs === null) return;
    this.retry = setTimeout(() => {
      this.restarts++;
      this.spawn();
    }, retryMs);
  }
}

/** `exit code 1`, `signal SIGKILL`. */
export function exitText(exit: ChildExit): string {
  return exit.signal === null ? `exit code ${String(exit.code)}` : `signal ${String(exit.signal)}`;
}
