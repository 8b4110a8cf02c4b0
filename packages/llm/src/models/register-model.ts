import type { DistributedRuntime } from "@stator/runtime-native";
import { clock, StatorError } from "@stator/sdk";

import type { ModelCardInput } from "../generated/index.ts";
import { type HeldRecord, kvModelRecords, type ModelRecords } from "./model-records.ts";

/** Between two attempts to write a record that was lost, in milliseconds. */
const PAUSE_MS = 1000;

/**
 * Says that this process serves a model at an endpoint, such as `llm.engine.generate`: front ends find it by discovery. The
 * record goes when the process dies; it is written again when the lease was lost or the process has got another instance id.
 * Dispose of the result to withdraw it.
 *
 * @throws StatorError `discovery`, `permission_denied`, `shutting_down` when it cannot be written the first time.
 */
export async function registerModel(
  runtime: DistributedRuntime,
  endpoint: string,
  card: ModelCardInput,
  records: ModelRecords = kvModelRecords(runtime),
): Promise<AsyncDisposable> {
  const registration = new Registration(() => records.put(endpoint, card));
  await registration.begin();
  const listening = runtime.onInstanceId(() => registration.again());
  return {
    async [Symbol.asyncDispose]() {
      listening[Symbol.dispose]();
      await registration[Symbol.asyncDispose]();
    },
  };
}

class Registration implements AsyncDisposable {
  #record: HeldRecord | null = null;
  /** The last write; the next one waits for it. */
  #writing: Promise<void> = Promise.resolve();
  readonly #ended = new AbortController();

  constructor(private readonly put: () => Promise<HeldRecord>) {}

  async begin(): Promise<void> {
    const record = await this.put();
    this.#record = record;
    record.signal.addEventListener("abort", () => {
      const { reason } = record.signal as { reason: unknown };
      if (reason instanceof StatorError && reason.code === "shutting_down") return;
      if (this.#record === record) this.again();
    });
  }

  /** Writes the record anew, as often as it takes. */
  again(): void {
    this.#writing = this.#writing.then(async () => {
      while (!this.#ended.signal.aborted) {
        try {
          await this.#withdraw();
          return await this.begin();
        } catch (error) {
          if (error instanceof StatorError && error.code === "shutting_down") return;
          await clock.sleep(PAUSE_MS, { signal: this.#ended.signal }).catch(() => {});
        }
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    await this.#writing;
    await this.#withdraw();
  }

  async #withdraw(): Promise<void> {
    const record = this.#record;
    this.#record = null;
    await record?.[Symbol.asyncDispose]();
  }
}
