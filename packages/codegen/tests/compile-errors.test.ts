import { beforeAll, afterAll, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { targetFolder, temporaryCrate } from "./support/temporary-crate.ts";

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
  ["b_usize", bound("pub fn f(a: usize) {}"), ["`usize` cannot cross to JavaScript", "use u32 or u64"]],
  [
    "b_foreign",
    `pub struct B; ${bound("pub fn f(a: B) {}")}`,
    ["`B` cannot cross to JavaScript", "put #[binding] on its impl block and take it as &T or &mut T"],
  ],
  ["b_foreign_result", `pub struct B; ${bound("pub fn f() -> B { B }")}`, ["`B` cannot cross to JavaScript"]],
  ["b_generic", bound("pub fn f<T>(a: T) {}"), ["write one for each type, without generics or lifetimes"]],
  ["b_unsafe", bound("pub unsafe fn f() {}"), ["cannot promise what an unsafe function asks for"]],
  ["b_borrowed", bound('pub fn f() -> &\'static str { "" }'), ["return an owned value"]],
  ["b_write", bound("pub fn f(a: &mut [u8]) {}"), ["Rust does not write into memory of JavaScript"]],
  ["b_closure", bound("pub fn f(a: impl Fn(u8)) {}"), ["a function of JavaScript is a stator_bindings::Callback<T>"]],
  [
    "b_callback",
    bound("pub fn f(a: stator_bindings::Callback<u8>) {}"),
    ["a Callback needs a function that runs on the addon's threads: #[binding(blocking)]"],
  ],
  ["b_pattern", bound("pub fn f((a, b): (u8, u8)) {}"), ["give the parameter a name, which TypeScript shows"]],
  ["b_option", bound("pub fn f(a: u8) {}", "(blocked)"), ["unknown option; expected name"]],
  ["b_name", bound("pub fn f(a: u8) {}", '(name = "1 f")'), ["use letters, digits, _ and $, and no digit first"]],
  ["b_async", bound("pub async fn f() {}", "(blocking)"), ["run on the addon's threads anyway"]],
  ["b_buffer", bound("pub fn f() {}", "(buffer = 4)"), ["only streams have a buffer"]],
  [
    "b_error",
    `pub struct E; ${bound("pub fn f() -> Result<u8, E> { Err(E) }")}`,
    ["`E` cannot be the error of a binding", "a type that implements Display, or a declared error"],
  ],
  ["b_trait", `pub struct C; ${bound("impl Drop for C { fn drop(&mut self) {} }")}`, ["an impl block of its own"]],
  ["b_generic_class", `pub struct C<T>(T); ${bound("impl<T> C<T> { pub fn f(&self) {} }")}`, ["no generic classes"]],
  ["b_new", `pub struct C; ${bound("impl C { pub fn new() -> Self { C } }")}`, ["#[binding(constructor)]"]],
  ["b_self", `pub struct C; ${bound("impl C { pub fn f(self) {} }")}`, ["take &self or &mut self"]],
  ["b_private", `pub struct C; ${bound("impl C { #[binding(getter)] fn f(&self) -> u8 { 1 } }")}`, ["write `pub fn`"]],
  [
    "b_async_constructor",
    `pub struct C; ${bound("impl C { #[binding(constructor)] pub async fn new() -> Self { C } }")}`,
    ["a constructor has no self, is not async or blocking, and returns Self"],
  ],
  [
    "b_threads",
    `pub struct C(std::rc::Rc<u8>); ${bound("impl C { pub fn f(&self) {} }")}`,
    ["`Rc<u8>` cannot be sent between threads safely"],
  ],
  [
    "b_enum",
    bound("pub enum E { A }"),
    ["#[binding] stands on a function, on the impl block of a class, or on its struct"],
  ],
];

function bound(item: string, options = ""): string {
  return `use stator_bindings::binding; #[binding${options}] ${item}`;
}

function derived(item: string): string {
  return `#[derive(serde::Serialize, serde::Deserialize, ts_rs::TS, stator_contract::Contract)] ${item}`;
}

let folder = "";
const errors = new Map<string, string>();

type Message = { reason: string; target?: { name: string }; message?: { rendered: string; level: string } };

beforeAll(async () => {
  const files = cases.map(([name, body]): [string, string] => [`src/bin/${name}.rs`, `${body}\nfn main() {}\n`]);
  folder = temporaryCrate("compile-errors", "", Object.fromEntries(files));
  const command = ["cargo", "build", "--release", "--offline", "--bins", "--keep-going", "--message-format=json"];
  const child = Bun.spawn(command, {
    cwd: folder,
    env: { ...process.env, CARGO_TARGET_DIR: targetFolder },
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
