/** `bun bench/growth/raw-caller.ts <task as JSON>`: like `caller.ts`, over a connection of raw sockets to each listener. */
import { checkEcho, echo } from "../messages.ts";
import type { Echo } from "../messages.ts";
import { connect } from "../peers/raw/client.ts";
import type { GrowthTask } from "./growth.ts";
import { reportGrowth } from "./report-growth.ts";

const task = JSON.parse(process.argv[2] ?? "null") as GrowthTask;
const connections = await Promise.all((task.addresses ?? []).map((address) => connect(address)));
for (const connection of connections) {
  const request = echo(1);
  checkEcho(request, await connection.call(request));
}
let turn = 0;
await reportGrowth(task, async (request: Echo) => {
  const connection = connections[turn++ % connections.length];
  if (connection === undefined) throw new Error("There is nobody to call.");
  return connection.call(request);
});
process.exit(0);
