/** The graph as a program: `bun main.ts`, or one file of it by `bun build --compile main.ts --outfile dist/hello`. */
import { main } from "@stator/sdk/main";

import { Frontend } from "./frontend.ts";

await main(Frontend);
