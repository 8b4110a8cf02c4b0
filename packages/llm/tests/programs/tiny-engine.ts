/** Serves the engine of the tests in a process of its own. Writes its instance's id when it can be called. */
import { serve } from "@stator/sdk";

import { TinyEngine } from "../support/tiny-engine.ts";

const serving = await serve(TinyEngine);
console.log(String(serving.runtime.instanceId));
