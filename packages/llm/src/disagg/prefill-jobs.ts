import { type Client, createLogger, type DistributedRuntime, type QueueWorker } from "@stator/runtime-native";

import { type LLMEngineOutput, type PreprocessedRequest } from "../generated/index.ts";
import { type PrefillClaim, type PrefillClaimAnswer, type PrefillJob, type PrefillReport } from "./prefill-job.ts";
import { type PrefillQueue } from "./prefill-queue.ts";

/** Reads a prompt; undefined when the signal has fired before it was done. */
export type ReadPrompt = (request: PreprocessedRequest, signal: AbortSignal) => Promise<LLMEngineOutput | undefined>;

/** Pause before a job that failed comes again, such as one whose decode worker is not known here yet. */
const RETRY_MS = 200;

/** Works through the queue: each job is claimed at the decode worker that waits for it, done, and its result handed back to it. */
export class PrefillJobs implements AsyncDisposable {
  private readonly work: QueueWorker<PrefillJob>;

  private constructor(
    queue: PrefillQueue,
    concurrency: number,
    private readonly claims: Client<PrefillClaim, PrefillClaimAnswer>,
    private readonly reports: Client<PrefillReport, boolean>,
    private readonly read: ReadPrompt,
  ) {
    this.work = queue.work(({ value }) => this.run(value), { concurrency, retryDelayMs: RETRY_MS });
    this.work.done.catch((error: unknown) =>
      createLogger(() => ({})).error("no more prefill jobs are taken", { error }),
    );
  }

  static async begin(
    runtime: DistributedRuntime,
    queue: PrefillQueue,
    concurrency: number,
    read: ReadPrompt,
  ): Promise<PrefillJobs> {
    const claims = await runtime.endpoint("llm.engine.claim-prefill").client<PrefillClaim, PrefillClaimAnswer>();
    const reports = await runtime.endpoint("llm.engine.report-prefill").client<PrefillReport, boolean>();
    return new PrefillJobs(queue, concurrency, claims, reports, read);
  }

  /** Takes no more jobs, and waits for those that it has. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.work.stop().catch(() => undefined);
    await Promise.all([this.claims.close(), this.reports.close()]);
  }

  private async run({ id, decodeWorker, request }: PrefillJob): Promise<void> {
    const decode = BigInt(decodeWorker);
    const leaving = new AbortController();
    const unwanted = new AbortController();
    const claim = this.claims.direct({ id }, decode, { signal: leaving.signal })[Symbol.asyncIterator]();
    const first = await claim.next();
    if (first.done === true || !first.value.wanted) return leaving.abort();
    // The claim lasts as long as the result is wanted. One that breaks says nothing of that: the job comes again.
    let broken: unknown = null;
    const watching = claim
      .next()
      .catch((error: unknown) => {
        broken = error;
      })
      .then(() => unwanted.abort());
    try {
      const output = await this.read(request, unwanted.signal);
      if (broken !== null) throw broken;
      if (output !== undefined && !unwanted.signal.aborted) await this.reports.direct({ id, output }, decode).one();
    } finally {
      leaving.abort();
      await watching;
    }
  }
}
