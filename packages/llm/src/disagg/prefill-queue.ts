import { createLogger, type DistributedRuntime, type Queue } from "@stator/runtime-native";
import { clock, StatorError } from "@stator/sdk";

import { modelSlug } from "../models/model-slug.ts";
import { PrefillJob } from "./prefill-job.ts";

/** Jobs that wait for a prefill worker. */
export type PrefillQueue = Queue<PrefillJob>;

/** A worker that dies is noticed after that time; those that live say so. */
const ACK_WAIT_MS = 3000;
/** Whoever put a job that is older has given it up. */
const MAX_AGE_MS = 120_000;
/** How long the start of a worker waits for the queue's server. */
const PATIENCE_MS = 2000;

/** Without a queue the work goes on: these are no reason not to start. */
const EXPECTED: ReadonlySet<string> = new Set(["unavailable", "permission_denied", "shutting_down"]);

/** Where jobs wait; an empty name makes one of the model's. */
export interface PrefillQueueOptions {
  readonly name: string;
  readonly model: string;
}

/**
 * Opens the queue between decode and prefill workers, and calls `opened` with it, later if its server is not there yet. Graphs of
 * several processes need NATS with JetStream for it; without, prefill workers are called directly, and a line in the log says so.
 * Resolves when the queue is open, or has not been for a while.
 */
export async function openPrefillQueue(
  runtime: DistributedRuntime,
  { name, model }: PrefillQueueOptions,
  opened: (queue: PrefillQueue) => Promise<void>,
): Promise<void> {
  const queue: PrefillQueue = runtime.queue(name === "" ? `llm-prefill-${modelSlug(model)}`.slice(0, 64) : name, {
    schema: PrefillJob,
    ackWaitMs: ACK_WAIT_MS,
    maxAgeMs: MAX_AGE_MS,
    maxMessages: 10_000,
    maxBytes: 64 << 20,
    deadLetter: false,
  });
  const over = new AbortController();
  let isLate = false;
  const opening = queue
    .info()
    .then(() => opened(queue))
    .finally(() => over.abort());
  const patience = clock.sleep(PATIENCE_MS, { signal: over.signal }).then(
    () => {
      isLate = true;
      tellOf(queue, `its server was not reached within ${PATIENCE_MS} ms`);
    },
    () => undefined,
  );
  const failed = opening.catch((error: unknown) => {
    if (!(error instanceof StatorError) || !EXPECTED.has(error.code)) throw error;
    if (error.code !== "shutting_down" && !isLate) tellOf(queue, error.message);
  });
  // Who waits no more does not hear of what fails later; it is told of all the same.
  failed.catch((error: unknown) => tellOf(queue, String(error)));
  await Promise.race([failed, patience]);
}

function tellOf(queue: PrefillQueue, reason: string): void {
  const remedy = "start nats-server --jetstream and set NATS_SERVER to have prompts wait in a queue";
  const log = createLogger(() => ({ queue: queue.name, reason }));
  log.warn(`there is no queue for prefill jobs: prefill workers are called directly; ${remedy}`);
}
