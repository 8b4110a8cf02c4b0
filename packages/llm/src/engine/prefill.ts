import { abstractService, type Context } from "@stator/sdk";

import { type LLMEngineOutput, type PrefillService, type PreprocessedRequest } from "../generated/index.ts";

/** The place of an engine that only reads prompts: what it hands to the engine that answers is in `disaggregated_params`. */
@abstractService()
export abstract class Prefill implements PrefillService {
  abstract generate(request: PreprocessedRequest, context: Context): AsyncGenerator<LLMEngineOutput>;
}
