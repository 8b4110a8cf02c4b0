/**
 * Runs turbo after recording the toolchain: `bun scripts/turbo.ts run build`.
 *
 * Plain `turbo run build` works too; it then trusts the toolchain that was recorded last.
 */
import { toolEnvironment } from "./lib/environment.ts";
import { root } from "./lib/paths.ts";
import { recordToolchain } from "./lib/toolchain.ts";

recordToolchain();
const turbo = Bun.spawn([process.execPath, "x", "--no-install", "turbo", ...process.argv.slice(2)], {
  cwd: root,
  env: { ...toolEnvironment(), TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" },
  stdio: ["inherit", "inherit", "inherit"],
});
process.exitCode = await turbo.exited;
