import { createLogger, type DistributedRuntime, type Queue } from "@stator/runtime-native";
import { StatorError } from "@stator/sdk";

import { modelSlug } from "../models/model-slug.ts";
import { PrefillJob } from "./prefill-job.ts";

/** Jobs that wait for a prefill worker. */
export type PrefillQueue = Queue<PrefillJob>;

/** A worker that dies is noticed after that time; those that live say so. */
const ACK_WAIT_MS = 3000;
/** Whoever put a job that is older has given it up. */
const MAX_AGE_MS = 120_000;

/** Where jobs wait; an empty name makes one of the model's. */
export interface PrefillQueueOptions {
  readonly name: string;
  readonly model: string;
}

/**
 * The queue between decode and prefill workers; null, with a line in the log, where there is none: graphs of several processes
 * need NATS with JetStream for it.
 */
export async function openPrefillQueue(
  runtime: DistributedRuntime,
  { name, model }: PrefillQueueOptions,
): Promise<PrefillQueue | null> {
  const queue: PrefillQueue = runtime.queue(name === "" ? `llm-prefill-${modelSlug(model)}`.slice(0, 64) : name, {
    schema: PrefillJob,
    ackWaitMs: ACK_WAIT_MS,
    maxAgeMs: MAX_AGE_MS,
    maxMessages: 10_000,
    maxBytes: 64 << 20,
    deadLetter: false,
  });
  try {
    await queue.info();
    return queue;
  } catch (error) {
    if (!(error instanceof StatorError) || !["unavailable", "permission_denied"].includes(error.code)) throw error;
    const remedy = "start nats-server --jetstream and set NATS_SERVER to have them wait in a queue";
    const log = createLogger(() => ({ queue: queue.name, reason: error.message }));
    log.warn(`there is no queue for prefill jobs: prefill workers are called directly; ${remedy}`);
    return null;
  }
}
