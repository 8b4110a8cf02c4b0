import { beforeAll, afterAll, expect, test } from "bun:test";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a contract crate cannot say, and a part of what the compiler answers. */
const cases: readonly [name: string, body: string, sentences: readonly string[]][] = [
  ["usize", derived("struct A { a: usize }"), ["`usize` has no exact form in a contract", "use u32 or u64"]],
  [
    "duration",
    derived("struct A { a: std::time::Duration }"),
    ["`Duration` has no exact form", "use stator_contract::Millis"],
  ],
  [
    "integer_key",
    derived("struct A { a: std::collections::HashMap<i64, u8> }"),
    ["`i64` cannot be the key of a map in a contract", "use String or an enum of unit variants, or a list of pairs"],
  ],
  [
    "foreign",
    `struct B; ${derived("struct A { a: Vec<B> }")}`,
    ["`B` has no exact form in a contract", "add #[derive("],
  ],
  [
    "message",
    '#[stator_contract::contract_service(namespace = "a")] trait S { fn f(&self, request: u8) -> Result<u8, u8>; }',
    ["`Result<u8, u8>` cannot be returned by an endpoint", "every endpoint can fail with an error code"],
  ],
  [
    "reply",
    '#[stator_contract::contract_service(namespace = "a")] trait S { fn f(&self, request: u8) -> std::cell::Cell<u8>; }',
    ["`Cell<u8>` cannot be returned by an endpoint", "Result<Stream<Item>, Error>"],
  ],
  [
    "with",
    derived('struct A { #[serde(with = "stator_contract::base64")] #[ts(type = "string")] a: Vec<u8> }'),
    ['Say the type it writes: #[contract(as = "Type")]'],
  ],
  ["unknown", derived("struct A { #[contract(maximum = 1)] a: u8 }"), ["unknown option; expected min_length"]],
];

function derived(item: string): string {
  return `#[derive(serde::Serialize, serde::Deserialize, ts_rs::TS, stator_contract::Contract)] ${item}`;
}

const root = join(import.meta.dir, "..", "..", "..");
let folder = "";
const errors = new Map<string, string>();

type Message = { reason: string; target?: { name: string }; message?: { rendered: string; level: string } };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "stator-compile-errors-"));
  mkdirSync(join(folder, "src", "bin"), { recursive: true });
  // The versions, the profile and the target folder of this repository, so that what is built already is used.
  cpSync(join(root, "Cargo.lock"), join(folder, "Cargo.lock"));
  const workspace = readFileSync(join(root, "Cargo.toml"), "utf8");
  const version = (name: string): string =>
    new RegExp(`^${name} = \\{ version = "([^"]+)"`, "m").exec(workspace)?.[1] ?? "";
  const crate = join(root, "packages", "codegen", "crates", "stator-contract");
  const profile = workspace.slice(workspace.indexOf("[profile.release]"));
  writeFileSync(
    join(folder, "Cargo.toml"),
    `[package]
name = "compile-errors"
version = "0.0.0"
edition = "2024"

[workspace]

[dependencies]
serde = { version = "${version("serde")}", features = ["derive"] }
ts-rs = { version = "${version("ts-rs")}", features = ["no-serde-warnings", "serde-json-impl"] }
stator-contract = { path = ${JSON.stringify(crate)} }

${profile}`,
  );
  for (const [name, body] of cases) writeFileSync(join(folder, "src", "bin", `${name}.rs`), `${body}\nfn main() {}\n`);
  const target = process.env["CARGO_TARGET_DIR"] ?? join(root, "target");
  const command = ["cargo", "build", "--release", "--offline", "--bins", "--keep-going", "--message-format=json"];
  const child = Bun.spawn(command, {
    cwd: folder,
    env: { ...process.env, CARGO_TARGET_DIR: target },
    stdout: "pipe",
    stderr: "ignore",
  });
  const output = await child.stdout.text();
  expect(await child.exited).not.toBe(0);
  for (const line of output.trim().split("\n")) {
    const { target: { name } = { name: "" }, message } = JSON.parse(line) as Message;
    if (message?.level === "error") errors.set(name, `${errors.get(name) ?? ""}${message.rendered}`);
  }
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true }));

test.each(cases)("%s does not compile, and the message says what to write", (name, _, sentences) => {
  for (const sentence of sentences) expect(errors.get(name) ?? "it compiles").toContain(sentence);
});
