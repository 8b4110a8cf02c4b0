/**
 * Inference graphs: OpenAI's API, templates and tokenizers, KV-aware routing, engines.
 *
 * @packageDocumentation
 */
export * from "./generated/index.ts";
export { Engine } from "./engine/engine.ts";
export { Prefill } from "./engine/prefill.ts";
export { KvEventPublisher, type KvEventPublisherOptions } from "./kv/kv-event-publisher.ts";
export type { KvEventSink, StoredBlock } from "./kv/kv-event-sink.ts";
export { KV_EVENTS, KV_METRICS } from "./kv/kv-topics.ts";
export { type EngineLoad, LoadPublisher } from "./kv/load-publisher.ts";
export type { PublishScope, WorkerId } from "./kv/publish-scope.ts";
export { DecodeSettings } from "./disagg/decode-settings.ts";
export { MockDecodeEngine } from "./disagg/mock-decode-engine.ts";
export { MockPrefillEngine } from "./disagg/mock-prefill-engine.ts";
export type { PrefillCounts } from "./disagg/prefill-counts.ts";
export { PrefillSettings } from "./disagg/prefill-settings.ts";
export { KvRouter } from "./routing/kv-router.ts";
export { RandomRouter } from "./routing/random-router.ts";
export { RoundRobinRouter } from "./routing/round-robin-router.ts";
export { MockEngine } from "./mock/mock-engine.ts";
export { MockEngineSettings } from "./mock/mock-engine-settings.ts";
export type { MockEngineState } from "./mock/mock-engine-state.ts";
export { Router } from "./routing/router.ts";
export { type EngineCall, Processor } from "./processing/processor.ts";
export { OVERLAP, ROUTED_BY, RoutedProcessor } from "./processing/routed-processor.ts";
export { Frontend } from "./frontend/frontend.ts";
export { FrontendSettings } from "./frontend/frontend-settings.ts";
export { KvRouterSettings, RouterSettings } from "./routing/router-settings.ts";
export { WorkerRouter } from "./routing/worker-router.ts";
export { RequestRefusedError } from "./processing/request-refused.ts";
export type { ChatTemplates } from "./models/chat-templates.ts";
export { MOCK_MODEL_FOLDER } from "./models/mock-model.ts";
export { modelCardOf, type ModelCardOptions } from "./models/model-card-of.ts";
export { ModelDirectory, type ServedModel } from "./models/model-directory.ts";
export { loadModelFiles, type ModelFiles } from "./models/model-files.ts";
export { registerModel } from "./models/register-model.ts";
export type { EngineAttempt } from "./migration/engine-attempt.ts";
export { EMBEDDING_ANNOTATION } from "./processing/embedding-of.ts";
export { VllmSettings } from "./vllm/vllm-settings.ts";
export { VllmWorker } from "./vllm/vllm-worker.ts";
export { LlamaSettings } from "./llama/llama-settings.ts";
export { LlamaWorker } from "./llama/llama-worker.ts";
