import type { ServiceStream } from "@stator/sdk";

import type { LLMEngineOutput, PreprocessedRequest } from "../generated/index.ts";

/** One call of an engine. */
export interface EngineAttempt {
  readonly stream: ServiceStream<LLMEngineOutput>;
  /** Hears of the first item. */
  started?(): void;
  /** Hears once that the call is over, however it ended. */
  ended(): void;
}

/** Calls an engine; those that have failed are better not asked again. */
export type OpenEngine = (request: PreprocessedRequest, excluded: ReadonlySet<bigint>) => Promise<EngineAttempt>;
