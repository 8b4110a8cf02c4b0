/** The addon of the runtime for other machines: what it is, and that it serves and calls there, in an emulator. */
import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type EmulatedPlatform, platformBun } from "../../scripts/lib/cross/platform-bun.ts";
import { Command, root } from "../support/command.ts";

/** For one target: everything is compiled for it. */
const LIMIT_MS = 45 * 60_000;
/** What is compiled goes away again: it has near to a gigabyte for each target. */
const builds = join(root, "target", "stator-runtime-targets");
const folder = mkdtempSync(join(tmpdir(), "stator-runtime-targets-"));
const made: string[] = [];
afterAll(() => {
  for (const path of [builds, folder, ...made]) rmSync(path, { recursive: true, force: true });
});

/** Builds the addon, and gives its path and what was said of it. Optimising over all crates takes longer. */
async function build(triple: string, platform: string): Promise<{ addon: string; text: string }> {
  const addon = join(root, "packages/runtime-native", `stator.${platform}.node`);
  if (!existsSync(addon)) made.push(addon);
  const environment = {
    CARGO_TARGET_DIR: join(builds, triple),
    CARGO_PROFILE_DIST_LTO: "off",
    CARGO_PROFILE_DIST_CODEGEN_UNITS: "16",
  };
  const words = [join(root, "scripts/build-target.ts"), triple, "--filter=@stator/runtime-native"];
  await using command = new Command(words, environment);
  expect(await command.exited, command.text).toBe(0);
  rmSync(join(builds, triple), { recursive: true, force: true });
  return { addon, text: command.text };
}

test.each<[string, EmulatedPlatform, RegExp]>([
  ["aarch64-unknown-linux-gnu", "linux-arm64-gnu", /: ELF arm64, stripped, up to GLIBC_2\.28, needs .*libc\.so\.6/],
  ["x86_64-unknown-linux-musl", "linux-x64-musl", /: ELF x64, stripped, needs libc\.so\n/],
  ["aarch64-unknown-linux-musl", "linux-arm64-musl", /: ELF arm64, stripped, needs libc\.so\n/],
])(
  "%s: Bun for it loads the addon, and a call over TCP is answered",
  async (triple, platform, says) => {
    const { text } = await build(triple, platform);
    expect(text).toMatch(says);
    const [emulator = "", ...words] = await platformBun(platform);
    const probe = join(root, "tests/full/fixtures/one-call.ts");
    await using command = new Command([...words, probe], { DYN_FILE_KV: join(folder, platform) }, emulator);
    expect(await command.exited, command.text).toBe(0);
    expect(command.text).toBe(`${platform.split("-").slice(0, 2).join("-")}: one two three`);
  },
  LIMIT_MS,
);

// Apple's SDK has what the addon is linked with (Security, CoreFoundation), and no registry has the SDK.
test.skipIf(process.env["SDKROOT"] === undefined)(
  "aarch64-apple-darwin: an addon for macOS, which nothing here can load",
  async () => {
    const { text } = await build("aarch64-apple-darwin", "darwin-arm64");
    expect(text).toMatch(/: Mach-O arm64, .*macOS \d+\.\d+ or newer, needs .*libSystem/);
  },
  LIMIT_MS,
);
