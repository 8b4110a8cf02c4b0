import { abstractService, type Context } from "@stator/sdk";

import { type EngineService, type LLMEngineOutput, type PreprocessedRequest } from "../generated/index.ts";

/**
 * The place of an engine in a graph: `depends(Engine)`. A class that extends it goes on with a prompt, token by token.
 *
 * A worker class says `@service({ contract: EngineContract })`, so that all engines are `llm.Engine.generate` in discovery,
 * whatever runs inside. The last item of a stream has a `finish_reason`; a stream that ends without one has broken.
 */
@abstractService()
export abstract class Engine implements EngineService {
  abstract generate(request: PreprocessedRequest, context: Context): AsyncGenerator<LLMEngineOutput>;
}
