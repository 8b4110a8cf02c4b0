import { expect, test } from "bun:test";
import { elf } from "../../../packages/codegen/tests/support/libraries.ts";
import { reviewPackage } from "./review-package.ts";

function files(content: Record<string, string | Uint8Array | object>): Map<string, Uint8Array> {
  const whole = { "package.json": {}, "README.md": "", LICENSE: "", "CHANGELOG.md": "", ...content };
  return new Map(
    Object.entries(whole).map(([path, value]) => {
      if (value instanceof Uint8Array) return [path, value];
      return [path, new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value))];
    }),
  );
}

test("a package of sources has nothing to be said about", () => {
  expect(reviewPackage(files({ "src/index.ts": "", "src/testing.ts": "", "src/environment.ts": "" }))).toEqual({
    refused: [],
    remarks: [],
  });
});

test("a template of applications may have tests, and no secrets", () => {
  const { refused } = reviewPackage(files({ "template/app/src/app.test.ts": "", "template/app/.env": "" }));
  expect(refused).toEqual(["template/app/.env may hold secrets"]);
});

test.each([
  "src/a.test.ts",
  "src/a.test-d.ts",
  "tests/a.ts",
  "crates/x/tests/a.rs",
  "crates/x/src/tests.rs",
  "crates/x-fixtures/src/lib.rs",
  "target/release/x",
  ".env",
  "src/.env.local",
  ".npmrc",
  "key.pem",
  "npm-debug.log",
  "old.tgz",
  "stator.linux-x64-gnu.node.123",
])("%s is refused", (path) => {
  const { refused } = reviewPackage(files({ [path]: "" }));
  expect(refused).toHaveLength(1);
  expect(refused[0]).toStartWith(`${path} `);
});

test("manifests that would not work, or run something, elsewhere", () => {
  const manifest = {
    scripts: { postinstall: "node x.js", test: "bun test" },
    dependencies: { a: "1.0.0", b: "workspace:*" },
    optionalDependencies: { c: "file:../c" },
  };
  expect(reviewPackage(files({ "package.json": manifest })).refused).toEqual([
    "package.json: postinstall runs when it is installed",
    "package.json: b is workspace:*, which nobody else has",
    "package.json: c is file:../c, which nobody else has",
  ]);
});

test("an addon is what its name says", () => {
  const addon = elf({ needs: ["libc.so.6"], versions: ["GLIBC_2.28"], symbols: true });
  expect(reviewPackage(files({ "x.linux-arm64-gnu.node": addon }))).toEqual({
    refused: [],
    remarks: [
      "x.linux-arm64-gnu.node: ELF arm64, with symbols, up to GLIBC_2.28, needs libc.so.6",
      "x.linux-arm64-gnu.node has symbols: bun run build:release leaves them out",
    ],
  });
  expect(reviewPackage(files({ "x.linux-x64-gnu.node": addon })).refused).toEqual([
    "x.linux-x64-gnu.node is for linux-arm64-gnu",
  ]);
  expect(reviewPackage(files({ "x.linux-x64-gnu.node": "text" })).refused).toEqual([
    "x.linux-x64-gnu.node: no library of 64 bits for Linux, macOS or Windows.",
  ]);
});

test("what people expect of every package is missed", () => {
  expect(reviewPackage(new Map([["package.json", new TextEncoder().encode("{}")]]))).toEqual({
    refused: ["it has no README.md, no LICENSE, no CHANGELOG.md"],
    remarks: [],
  });
});
