/** The models of lock-free code: loom runs each once for every order of its threads. */
import { expect, test } from "bun:test";
import { join } from "node:path";

import { root } from "../support/command.ts";

const CRATE = join(root, "packages/runtime-native/crates/stator-binding/loom");

test("no wake-up of JavaScript is lost, in whatever order threads run", async () => {
  const child = Bun.spawn(["cargo", "test", "--release", "--locked", "--tests"], {
    cwd: CRATE,
    // Of its own, because the flag counts for everything that is compiled.
    env: { ...process.env, RUSTFLAGS: "--cfg loom", CARGO_TARGET_DIR: join(root, ".stator/loom") },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, error, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  expect({ code, error: code === 0 ? "" : out + error }).toEqual({ code: 0, error: "" });
  expect(out).toContain("2 passed");
}, 600_000);
