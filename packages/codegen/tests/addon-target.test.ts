import { expect, test } from "bun:test";
import { listTargets, OLDEST_GLIBC, readTarget } from "../src/addon/addon-target.ts";

test("targets have the platform that the loader looks for", () => {
  expect(readTarget("aarch64-unknown-linux-musl")).toMatchObject({ platform: "linux-arm64-musl", glibc: null });
  expect(readTarget("aarch64-apple-darwin")).toMatchObject({ platform: "darwin-arm64", glibc: null });
  expect(readTarget("x86_64-pc-windows-gnu")).toMatchObject({ platform: "win32-x64", zig: true });
  expect(readTarget("x86_64-pc-windows-msvc")).toMatchObject({ platform: "win32-x64", zig: false });
  for (const line of listTargets().split("\n")) {
    const [triple = "", platform = ""] = line.trim().split(/ +/);
    expect(readTarget(triple)).toMatchObject({ triple, platform });
  }
});

test("targets of glibc have a version of it, and only these", () => {
  const triple = "x86_64-unknown-linux-gnu";
  expect(readTarget(triple)).toMatchObject({ triple, glibc: OLDEST_GLIBC });
  expect(readTarget(`${triple}.2.17`)).toMatchObject({ triple, platform: "linux-x64-gnu", glibc: "2.17" });
  expect(() => readTarget("x86_64-pc-windows-gnu.2.17")).toThrow("Write x86_64-pc-windows-gnu.");
});

test.each(["wasm32-wasip1", "", "x86_64-unknown-linux-gnu.", "x86_64-unknown-linux-gnu.2", "linux-x64-gnu"])(
  "%j is refused, with what there is",
  (text) => {
    expect(() => readTarget(text)).toThrow(/no addon is built for that target[^]*aarch64-apple-darwin +darwin-arm64/);
  },
);
