/** `bun run serve [--port N]`: builds, then keeps the hello-world graph up until Ctrl-C. */
import { parseArgs } from "node:util";
import { startHelloWorld } from "./lib/hello-world.ts";
import { stopOnSignals } from "./lib/running-graph.ts";
import { prepare } from "./lib/prepare.ts";
import { announce } from "./lib/step.ts";

const { values } = parseArgs({
  options: { port: { type: "string", default: process.env["DYN_HTTP_PORT"] ?? "8000" } },
});
await prepare();
announce("Starting Frontend, Middle and Backend");
const graph = await startHelloWorld(Number(values.port), (line) => console.log(line));
stopOnSignals(graph);
announce("Ready; Ctrl-C stops it. Try:");
console.log(`curl -N ${graph.url}/generate -H 'content-type: application/json' -d '{"text":"a few words"}'`);
process.exitCode = await graph.exited;
