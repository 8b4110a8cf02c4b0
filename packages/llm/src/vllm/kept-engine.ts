import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { createLogger, type Logger } from "@stator/runtime-native";
import { StatorError } from "@stator/sdk";

import { freePort } from "./free-port.ts";
import { ProcessGroup } from "./process-group.ts";
import { type EnginePlaces, serveArguments } from "./serve-arguments.ts";
import type { VllmSettings } from "./vllm-settings.ts";

/** What is asked and told while an engine is kept. */
export interface KeptEngineEvents {
  /** Whether the engine at this port of loopback takes requests. */
  isHealthy(port: number): Promise<boolean>;
  /** It runs: for the first time, or again. */
  up(places: EnginePlaces): void;
  /** It has ended by itself. */
  down(): void;
}

/** Between two questions whether it is healthy, in milliseconds. */
const ASK_MS = 100;
/** Between two lines that say what is waited for. */
const TELL_MS = 15_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/** An engine that is started, started again when it ends by itself, and ended with this process. */
export class KeptEngine {
  readonly #settings: VllmSettings;
  readonly #events: KeptEngineEvents;
  readonly #stopping = new AbortController();
  readonly #log: Logger;
  #folder = "";
  #group: ProcessGroup | null = null;
  #keeping: Promise<void> = Promise.resolve();
  #hasGivenUp = false;

  constructor(settings: VllmSettings, events: KeptEngineEvents) {
    this.#settings = settings;
    this.#events = events;
    this.#log = createLogger(() => ({ engine: settings.serve.executable }));
  }

  /** Whether it has ended too often to be started again. */
  get hasGivenUp(): boolean {
    return this.#hasGivenUp;
  }

  /** The process; null while there is none. */
  get pid(): number | null {
    return this.#group?.pid ?? null;
  }

  /**
   * Starts the engine, and resolves when it is healthy.
   *
   * @throws StatorError `not_found` if there is no such program, `unavailable` with its last lines if it ends first,
   * `deadline_exceeded` if it takes too long.
   */
  async start(): Promise<void> {
    // Only this user may enter it. The address of a Unix socket has at most 107 bytes.
    this.#folder = await mkdtemp(join(tmpdir(), "stator-vllm-"));
    try {
      const group = await this.#run();
      this.#keeping = this.#keep(group);
    } catch (error) {
      await rm(this.#folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Ends the engine, and waits for it. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#group?.stop(this.#settings.serve.stopTimeoutMs);
    await this.#keeping;
    if (this.#folder !== "") await rm(this.#folder, { recursive: true, force: true });
  }

  async #run(): Promise<ProcessGroup> {
    const { serve, startTimeoutMs } = this.#settings;
    const places = await this.#places();
    const command = [serve.executable, ...serveArguments(this.#settings, places)];
    this.#log.info("the engine starts", { command: command.join(" ") });
    const group = this.#spawn(command);
    this.#group = group;
    try {
      await this.#healthy(group, places.port, startTimeoutMs);
    } catch (error) {
      await group.stop(serve.stopTimeoutMs);
      this.#group = null;
      throw error;
    }
    this.#events.up(places);
    return group;
  }

  #spawn(command: readonly string[]): ProcessGroup {
    const { serve, apiKey } = this.#settings;
    // On a command line every process of the machine could read the key.
    const env = apiKey === "" ? serve.env : { VLLM_API_KEY: apiKey, ...serve.env };
    try {
      return new ProcessGroup({ command, env, pass: (text) => void process.stderr.write(text) });
    } catch (cause) {
      const remedy = "Install vLLM, name the program in serve.executable, or attach to an engine with url.";
      throw new StatorError("not_found", `${serve.executable} cannot be started. ${remedy}`, { cause });
    }
  }

  async #healthy(group: ProcessGroup, port: number, timeoutMs: number): Promise<void> {
    const { executable } = this.#settings.serve;
    let end: string | null = null;
    void group.ended.then((how) => (end = how));
    const began = Date.now();
    let told = began;
    while (!(await this.#events.isHealthy(port))) {
      if (this.#stopping.signal.aborted) throw new StatorError("shutting_down", "The worker stops.");
      if (end !== null) {
        throw new StatorError(
          "unavailable",
          `${executable} has ended (${end as string}) before it was healthy:\n${group.tail.text}`,
        );
      }
      const now = Date.now();
      if (now - began >= timeoutMs) {
        throw new StatorError(
          "deadline_exceeded",
          `${executable} is not healthy after ${timeoutMs} ms; raise startTimeoutMs:\n${group.tail.text}`,
        );
      }
      if (now - told >= TELL_MS) {
        told = now;
        this.#log.info("the engine is loading", {
          seconds: Math.round((now - began) / 1000),
          line: group.tail.lastLine,
        });
      }
      await Promise.race([sleep(ASK_MS), group.ended]);
    }
  }

  /** Starts it again whenever it has ended by itself, as often as the settings say. */
  async #keep(first: ProcessGroup): Promise<void> {
    const { restarts, stableMs } = this.#settings.serve;
    const { signal } = this.#stopping;
    let left = restarts;
    let pauseMs = FIRST_PAUSE_MS;
    for (let group: ProcessGroup | null = first; !signal.aborted;) {
      if (group !== null) {
        const began = Date.now();
        const how = await group.ended;
        if (signal.aborted) return;
        this.#group = null;
        this.#events.down();
        this.#log.error("the engine has ended by itself", { how, output: group.tail.text });
        if (Date.now() - began >= stableMs) [left, pauseMs] = [restarts, FIRST_PAUSE_MS];
      }
      if (left === 0) {
        this.#hasGivenUp = true;
        this.#log.error("the engine ends too often; this worker takes no more requests", { restarts });
        return;
      }
      left--;
      await sleep(pauseMs, undefined, { signal }).catch(() => {});
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      if (signal.aborted) return;
      group = await this.#run().catch((error: unknown) => {
        if (!signal.aborted) this.#log.error("the engine could not be started again", { reason: String(error) });
        return null;
      });
    }
  }

  async #places(): Promise<EnginePlaces> {
    const { serve, kvEvents } = this.#settings;
    const port = await freePort(serve.port);
    if (!kvEvents.enabled) return { port, events: "", replay: "" };
    if (kvEvents.endpoint !== "") return { port, events: kvEvents.endpoint, replay: kvEvents.replayEndpoint };
    return { port, events: `ipc://${this.#folder}/events`, replay: `ipc://${this.#folder}/replay` };
  }
}
