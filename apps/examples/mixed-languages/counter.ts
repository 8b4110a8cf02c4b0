import { join } from "node:path";

import { commandService } from "@stator/sdk";

import { CounterContract } from "./generated/index.ts";

/** The counter in Rust. `bun run build` makes the program. */
export const Counter = commandService(CounterContract, { command: [join(import.meta.dir, "dist", "counter")] });
