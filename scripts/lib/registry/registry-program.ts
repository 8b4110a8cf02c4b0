/**
 * A registry of packages until its standard input ends: `bun registry-program.ts <folder> <uplink>`. Prints its address.
 *
 * It has no uplink for packages of ours: what is not published to it does not exist. All others come from `uplink`.
 */
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { runServer } from "verdaccio";

const [folder = "", uplink = ""] = process.argv.slice(2);
const server = await runServer({
  configPath: join(folder, "config.yaml"),
  storage: join(folder, "storage"),
  uplinks: { others: { url: uplink, cache: true, maxage: "1h", timeout: "60s" } },
  packages: {
    "@stator/*": { access: "$all", publish: "$all", unpublish: "$all" },
    "**": { access: "$all", proxy: "others" },
  },
  max_body_size: "200mb",
  middlewares: {},
  web: { enable: false },
  log: { type: "stdout", level: "fatal" },
});
server.listen(0, "127.0.0.1", () => console.log(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}/`));
for await (const _ of process.stdin) continue;
process.exit(0);
