import type { Client, DistributedRuntime } from "@stator/runtime-native";
import { StatorError } from "@stator/sdk";

import { ENGINE_ENDPOINT } from "../engine/engine-endpoint.ts";
import { CheckedResponse } from "../generated/support/checked-response.ts";
import { LLMEngineOutput, type PreprocessedRequest } from "../generated/index.ts";
import type { EngineAttempt } from "../migration/engine-attempt.ts";
import type { ServedModel } from "../models/model-directory.ts";

/** What a call of such an engine needs. */
export interface ForeignCall {
  readonly id: string;
  readonly excluded: ReadonlySet<bigint>;
  readonly signal: AbortSignal | undefined;
}

/** The endpoint of the engines that serve a model where none of this package does, such as workers of the original; else null. */
export function foreignEndpoint({ instances }: ServedModel): string | null {
  if (instances.has(ENGINE_ENDPOINT)) return null;
  const [endpoint] = instances.keys();
  return endpoint ?? null;
}

/** Engines that are no service of the graph: they are called at the endpoint that their model's record names. */
export class ForeignEngines implements AsyncDisposable {
  readonly #clients = new Map<string, Promise<Client<PreprocessedRequest, unknown>>>();

  /** Calls one that serves the model: of those that have not failed, the one with the fewest open calls. */
  async open(
    runtime: DistributedRuntime,
    endpoint: string,
    request: PreprocessedRequest,
    call: ForeignCall,
  ): Promise<EngineAttempt> {
    const client = await this.#client(runtime, endpoint);
    await client.waitForInstances();
    const { id, signal, excluded } = call;
    const others = client.instances().filter(({ instanceId }) => !excluded.has(instanceId));
    const [first] = others;
    const options = { id, signal };
    const isLimited = first !== undefined && others.length < client.instances().length;
    const response = isLimited
      ? client.direct(request, first.instanceId, options)
      : client.leastLoaded(request, options);
    return { stream: new CheckedResponse(response, read), ended: () => {} };
  }

  /** Closes the clients. Calls that are open end with an error. */
  async [Symbol.asyncDispose](): Promise<void> {
    const clients = [...this.#clients.values()];
    this.#clients.clear();
    await Promise.all(clients.map((opening) => opening.then((client) => client.close()).catch(() => {})));
  }

  #client(runtime: DistributedRuntime, endpoint: string): Promise<Client<PreprocessedRequest, unknown>> {
    const known = this.#clients.get(endpoint);
    if (known !== undefined) return known;
    const opening = runtime.endpoint(endpoint).client<PreprocessedRequest, unknown>({ idempotent: true });
    this.#clients.set(endpoint, opening);
    // The next request tries again.
    opening.catch(() => this.#clients.delete(endpoint));
    return opening;
  }
}

function read(item: unknown): LLMEngineOutput {
  const result = LLMEngineOutput["~standard"].validate(item);
  if (!(result instanceof Promise) && result.issues === undefined) return result.value;
  throw new StatorError("invalid_response", `an engine sent what is no output of an engine: ${JSON.stringify(item)}`);
}
