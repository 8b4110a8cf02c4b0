/**
 * Inference graphs: OpenAI's API, templates and tokenizers, KV-aware routing, engines.
 *
 * @packageDocumentation
 */
export * from "./generated/index.ts";
export { Engine } from "./engine/engine.ts";
export { Prefill } from "./engine/prefill.ts";
export { Router } from "./routing/router.ts";
export { Frontend } from "./frontend/frontend.ts";
export { FrontendSettings } from "./frontend/frontend-settings.ts";
export { Processor } from "./processing/processor.ts";
export { RequestRefusedError } from "./processing/request-refused.ts";
