import type * as NodeLlamaCpp from "node-llama-cpp";

import type { LlamaLibrary } from "../../src/llama/llama-library.ts";

// What is used of the package is what it has.
declare const library: typeof NodeLlamaCpp;
library satisfies LlamaLibrary;
