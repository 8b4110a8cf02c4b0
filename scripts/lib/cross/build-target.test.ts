import { expect, test } from "bun:test";
import { join } from "node:path";
import { root } from "../paths.ts";

async function build(...options: string[]): Promise<{ code: number; out: string; error: string }> {
  const child = Bun.spawn([process.execPath, join(root, "scripts", "build-target.ts"), ...options], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, error] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { code: await child.exited, out, error };
}

test("--help lists the targets and their platforms", async () => {
  const { code, out } = await build("--help");
  expect(code).toBe(0);
  expect(out).toMatch(/^ {2}aarch64-unknown-linux-musl +linux-arm64-musl$/m);
});

test.each([[], ["--filter=@stator/examples"], ["mips-unknown-linux-gnu"], ["aarch64-apple-darwin.11.0"]])(
  "%j: nothing is installed or compiled; it says what is wrong",
  async (...options) => {
    const { code, out, error } = await build(...options);
    expect([code, out]).toEqual([2, ""]);
    expect(error).toMatch(/takes a target first|no addon is built for that target|Write aarch64-apple-darwin/);
  },
);
