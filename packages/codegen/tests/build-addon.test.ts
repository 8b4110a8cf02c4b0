import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const command = join(import.meta.dir, "..", "src", "cli", "stator-codegen.ts");
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "stator-build-addon-"));
  writeFileSync(
    join(folder, "stator.codegen.json"),
    JSON.stringify({ outputs: [{ crate: "nothing", out: "out", addon: { name: "nothing" } }] }),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs `build-addon` with these programs, and no others, on PATH. */
async function build(
  words: readonly string[],
  programs: Record<string, string> = {},
  variables: Record<string, string> = {},
): Promise<{ code: number; errors: string }> {
  const bin = mkdtempSync(join(folder, "bin-"));
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const child = Bun.spawn([process.execPath, command, "build-addon", ...words], {
    cwd: folder,
    env: { ...variables, PATH: bin },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const errors = await child.stderr.text();
  return { code: await child.exited, errors };
}

const TRIPLE = "aarch64-unknown-linux-gnu";
/** rustc that has, or has not, the libraries of a target. */
const rustc = (libraries: string): string => `echo ${libraries}`;

test("a target that nobody loads addons on is refused, with those that there are", async () => {
  const { code, errors } = await build(["--target", "wasm32-wasip1"]);
  expect(code).toBe(1);
  expect(errors).toContain("wasm32-wasip1: no addon is built for that target. These are supported:");
  expect(errors).toContain("x86_64-unknown-linux-musl   linux-x64-musl");
});

test("a target without its name is wrong usage", async () => {
  expect(await build(["--target"])).toMatchObject({ code: 2, errors: expect.stringContaining("--target") as string });
});

test("without Rust it says where Rust comes from", async () => {
  for (const words of [[], ["--target", TRIPLE]]) {
    const { code, errors } = await build(words);
    expect([code, errors.includes("cargo was not found on PATH. Install Rust (https://rustup.rs)")]).toEqual([1, true]);
  }
});

test("without cargo-zigbuild it says how it is installed, and what else would do", async () => {
  const { code, errors } = await build(["--target", TRIPLE], { cargo: "exit 9", rustc: rustc(folder) });
  expect(code).toBe(1);
  expect(errors).toContain("pip install cargo-zigbuild ziglang");
  expect(errors).toContain("set CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER");
});

test("a missing target is added by rustup; without rustup it says what is missing", async () => {
  const programs = { cargo: "exit 9", "cargo-zigbuild": "exit 9", rustc: rustc(join(folder, "none")) };
  const without = await build(["--target", TRIPLE], programs);
  expect(without).toMatchObject({ code: 1 });
  expect(without.errors).toContain(`${TRIPLE}: this Rust has no standard library for it`);
  const failing = await build(["--target", TRIPLE], { ...programs, rustup: 'echo "asked for: $*"; exit 1' });
  expect(failing.errors).toContain(`${TRIPLE}: rustup target add ${TRIPLE} failed.`);
});

test("what is compiled with: zig and a version of glibc, or Cargo and a linker of one's own", async () => {
  const programs = { cargo: 'echo "cargo $*" >&2; exit 1', "cargo-zigbuild": 'echo "zig $*" >&2; exit 1' };
  const tools = { ...programs, rustc: rustc(folder) };
  const options = "--lib --package nothing --profile dist";
  const zig = await build(["--profile", "dist", "--target", TRIPLE], tools);
  expect(zig.errors).toContain(`zig zigbuild ${options} --target ${TRIPLE}.2.28 `);
  const own = await build(["--profile", "dist", "--target", TRIPLE], tools, {
    CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER: "aarch64-linux-gnu-gcc",
  });
  expect(own.errors).toContain(`cargo build ${options} --target ${TRIPLE} `);
});

test("--strip reaches the addon's own crate, with either tool", async () => {
  const programs = { cargo: 'echo "cargo $*" >&2; exit 1', "cargo-zigbuild": 'echo "zig $*" >&2; exit 1' };
  const tools = { ...programs, rustc: rustc(folder) };
  for (const [words, starts] of [
    [["--strip"], "cargo rustc --lib --package nothing --profile release "],
    [["--strip", "--target", TRIPLE], "zig rustc --lib --package nothing --profile release --target "],
  ] as const) {
    const { errors } = await build(words, tools);
    expect(errors).toContain(starts);
    expect(errors).toContain(" -- -C strip=symbols");
  }
});

test("musl is linked dynamically, whatever flags there are already", async () => {
  const flags = 'echo "[$RUSTFLAGS][$CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_RUSTFLAGS]" >&2; exit 1';
  const tools = { cargo: "exit 9", "cargo-zigbuild": flags, rustc: rustc(folder) };
  const words = ["--target", "x86_64-unknown-linux-musl"];
  expect((await build(words, tools)).errors).toContain("[][-C target-feature=-crt-static]");
  const { errors } = await build(words, tools, { RUSTFLAGS: "-C opt-level=1" });
  expect(errors).toContain("[-C opt-level=1 -C target-feature=-crt-static][]");
});
