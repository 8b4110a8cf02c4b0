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
export { Router } from "./routing/router.ts";
export { Processor } from "./processing/processor.ts";
export { RequestRefusedError } from "./processing/request-refused.ts";
export type { ChatTemplates } from "./models/chat-templates.ts";
export { MOCK_MODEL_FOLDER } from "./models/mock-model.ts";
export { modelCardOf, type ModelCardOptions } from "./models/model-card-of.ts";
export { ModelDirectory, type ServedModel } from "./models/model-directory.ts";
export { loadModelFiles, type ModelFiles } from "./models/model-files.ts";
export type { HeldRecord, ModelRecord, ModelRecordChange, ModelRecords } from "./models/model-records.ts";
export { registerModel } from "./models/register-model.ts";
export { VllmSettings } from "./vllm/vllm-settings.ts";
export { VllmWorker } from "./vllm/vllm-worker.ts";
export { LlamaSettings } from "./llama/llama-settings.ts";
export { LlamaWorker } from "./llama/llama-worker.ts";
