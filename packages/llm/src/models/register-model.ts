import type { DistributedRuntime } from "@stator/runtime-native";

import { ModelCard, type ModelCardInput } from "../generated/index.ts";
import { modelSlug } from "./model-slug.ts";

/** The models that each runtime has registered at each endpoint, by slug. */
const registered = new WeakMap<DistributedRuntime, Map<string, Set<string>>>();

/**
 * Says that this process serves a model at an endpoint, such as `llm.engine.generate`: front ends find it by discovery, those
 * of the original too. The record goes when the process dies; it is written again when the process has got another instance
 * id. Dispose of the result to withdraw it.
 *
 * @throws StatorError `discovery`, `permission_denied`, `shutting_down` when it cannot be written.
 */
export async function registerModel(
  runtime: DistributedRuntime,
  endpoint: string,
  card: ModelCardInput,
): Promise<AsyncDisposable> {
  const slug = modelSlug(card.display_name);
  const others = slugsOf(runtime, endpoint);
  // The original's records have the model of a worker without a suffix, and what else it serves with one.
  const suffix = others.size === 0 ? undefined : slug;
  others.add(slug);
  try {
    const model = await runtime.endpoint(endpoint).registerModel(ModelCard.parse(card), { suffix });
    return {
      async [Symbol.asyncDispose]() {
        others.delete(slug);
        await model.unregister();
      },
    };
  } catch (error) {
    others.delete(slug);
    throw error;
  }
}

function slugsOf(runtime: DistributedRuntime, endpoint: string): Set<string> {
  const endpoints = registered.get(runtime) ?? new Map<string, Set<string>>();
  registered.set(runtime, endpoints);
  const slugs = endpoints.get(endpoint) ?? new Set<string>();
  endpoints.set(endpoint, slugs);
  return slugs;
}
