import { EngineContract } from "../generated/index.ts";

const { namespace, component, endpoints } = EngineContract;

/** Where engines take requests: `llm.engine.generate`. */
export const ENGINE_ENDPOINT = `${namespace}.${component}.${endpoints.generate.name}`;
