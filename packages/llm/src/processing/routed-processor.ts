import { AsyncLocalStorage } from "node:async_hooks";

import { type CustomRouter, depends, service, StatorError } from "@stator/sdk";

import type { PreprocessedRequest, RoutingDecision } from "../generated/index.ts";
import type { EngineAttempt } from "../migration/engine-attempt.ts";
import { Router } from "../routing/router.ts";
import { type EngineCall, Processor } from "./processor.ts";

/** A router that does not answer holds up a request for so long at most. */
const ROUTER_TIMEOUT_MS = 2000;

/** Of several routers the one that has chosen for a request hears how it goes on: both calls name the same request. */
const sameForRequest: CustomRouter = (instances, { request }) => {
  const id = (request as { readonly request_id?: unknown } | null)?.request_id;
  if (instances.length < 2 || typeof id !== "string") return null;
  const weights = instances.map(({ instanceId }) => ({ instanceId, weight: Bun.hash.xxHash64(`${instanceId}/${id}`) }));
  return weights.reduce((best, each) => (each.weight > best.weight ? each : best)).instanceId;
};

/**
 * A processor that asks a router which engine takes a prompt. Where the router is gone or fails, the engine with the fewest open
 * calls takes it; where it says that all engines are overloaded, the request is.
 */
@service({ namespace: "llm" })
export class RoutedProcessor extends Processor {
  router = depends(Router, { router: sameForRequest, timeoutMs: ROUTER_TIMEOUT_MS, retry: false, breaker: true });
  /** Calls that a request does not take along when it is cancelled. */
  readonly #outside = AsyncLocalStorage.snapshot();

  protected override async openEngine(request: PreprocessedRequest, call: EngineCall): Promise<EngineAttempt> {
    if ((request.routing?.backend_instance_id ?? null) !== null) return super.openEngine(request, call);
    const decision = await this.#decision(request, call);
    if (decision === null) return super.openEngine(request, call);
    const { best_worker_id: worker, reason, overlap_blocks: overlap, total_blocks: total } = decision;
    try {
      const metadata = { [ROUTED_BY]: reason, [OVERLAP]: `${overlap}/${total}` };
      const attempt = this.callEngine(request, call, worker, metadata);
      return {
        stream: attempt.stream,
        started: () => this.#tell(call, { prefill_completed: true, finished: false }),
        ended: () => {
          attempt.ended();
          this.#finished(call);
        },
      };
    } catch (error) {
      this.#finished(call);
      throw error;
    }
  }

  #finished(call: EngineCall): void {
    this.#tell(call, { prefill_completed: false, finished: true });
  }

  #tell({ id }: EngineCall, progress: { readonly prefill_completed: boolean; readonly finished: boolean }): void {
    this.#outside(() => {
      // A router that has gone has nothing to be told.
      this.router.progress({ request_id: id, ...progress }).catch(() => {});
    });
  }

  /** What the router says; null if it cannot be asked. */
  async #decision(request: PreprocessedRequest, call: EngineCall): Promise<RoutingDecision | null> {
    const { routing } = request;
    try {
      return await this.router.bestWorker({
        model: request.model,
        token_ids: request.token_ids,
        request_id: call.id,
        session_id: call.sessionId,
        expected_output_tokens: routing?.expected_output_tokens ?? request.stop_conditions.max_tokens,
        lora_name: routing?.lora_name ?? null,
        cache_salt: routing?.cache_salt ?? null,
        excluded_worker_ids: [...call.excluded],
      });
    } catch (error) {
      // It may have counted the request all the same.
      this.#finished(call);
      if (call.context.signal.aborted || isOverloaded(error)) throw error;
      const reason = error instanceof StatorError ? error.code : String(error);
      call.context.log.warn("the router cannot be asked; the engine with the fewest calls is taken", { reason });
      return null;
    }
  }
}

/** Every engine has said that it can take no more: the caller should hear it, and come later. */
function isOverloaded(error: unknown): boolean {
  return error instanceof StatorError && error.code === "overloaded";
}

/** Metadata of a routed call: what decided, and the blocks of the prompt that the engine has, of how many. */
export const ROUTED_BY = "x-routed-by";
/** See {@link ROUTED_BY}. */
export const OVERLAP = "x-routed-overlap";
