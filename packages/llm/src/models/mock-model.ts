import { fileURLToPath } from "node:url";

/**
 * The folder of a small model that has no weights: a real byte-level tokenizer of 565 tokens, a chat template with tools, and
 * a context of 32,768 tokens. Mock engines and tests serve it.
 */
export const MOCK_MODEL_FOLDER: string = fileURLToPath(new URL("mock-model", import.meta.url));
