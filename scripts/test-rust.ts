/** `bun run test:rust [ARGUMENTS OF CARGO TEST]`: the Rust tests, with the servers that they start. */
import { root } from "./lib/paths.ts";
import { ETCD, NATS, serverBinary } from "./lib/servers/server-binary.ts";
import { cargoTest, cargoTests } from "./lib/testing/cargo-test.ts";

for (const program of [ETCD, NATS]) await serverBinary(program);
const chosen = process.argv.slice(2);
for (const command of chosen.length === 0 ? cargoTests() : [cargoTest(chosen)]) {
  const cargo = Bun.spawn(command, { cwd: root, stdio: ["inherit", "inherit", "inherit"] });
  process.exitCode ||= await cargo.exited;
}
