import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { crossTools } from "../../scripts/lib/cross/cross-tools.ts";
import { Command, root } from "../support/command.ts";

const CODEGEN = join(root, "packages/codegen/src/cli/stator-codegen.ts");

let config = "";
let folder = "";
let tools: Record<string, string> = {};

beforeAll(async () => {
  // Inside of the workspace, where Cargo finds it, and where git looks at nothing.
  mkdirSync(join(root, "target"), { recursive: true });
  folder = mkdtempSync(join(root, "target", "stator-target-"));
  config = join(folder, "stator.codegen.json");
  const addon = { name: "plain-napi" };
  writeFileSync(config, JSON.stringify({ outputs: [{ crate: "bridge-plain-napi", out: "unused", addon }] }));
  tools = await crossTools();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function build(triple: string): Command {
  const words = ["build-addon", "--locked", "--profile", "dist", "--strip", "--target", triple, "--config", config];
  return new Command([CODEGEN, ...words], tools);
}

// The command itself refuses what is not for the target; this is what it says of what it has built.
test.each([
  ["aarch64-unknown-linux-gnu", "linux-arm64-gnu", /: ELF arm64, stripped, up to GLIBC_2\.\d+, needs .*libc\.so\.6/],
  ["x86_64-unknown-linux-musl", "linux-x64-musl", /: ELF x64, stripped, needs .*libc\.so\b/],
  ["aarch64-apple-darwin", "darwin-arm64", /: Mach-O arm64, macOS \d+\.\d+ or newer, needs .*libSystem/],
  ["x86_64-pc-windows-gnu", "win32-x64", /: PE x64, .*needs .*KERNEL32\.dll/i],
])("%s: an addon that says what it is", async (triple, platform, says) => {
  await using command = build(triple);
  expect(await command.exited, command.text).toBe(0);
  expect(command.text).toMatch(says);
  expect(existsSync(join(folder, `plain-napi.${platform}.node`))).toBeTrue();
});
