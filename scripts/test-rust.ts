/** `bun run test:rust [ARGUMENTS OF CARGO TEST]`: the Rust tests, with the servers that they start. */
import { root } from "./lib/paths.ts";
import { ETCD, NATS, serverBinary } from "./lib/servers/server-binary.ts";

for (const program of [ETCD, NATS]) await serverBinary(program);
const cargo = Bun.spawn(["cargo", "test", "--release", "--workspace", "--locked", ...process.argv.slice(2)], {
  cwd: root,
  stdio: ["inherit", "inherit", "inherit"],
});
process.exitCode = await cargo.exited;
