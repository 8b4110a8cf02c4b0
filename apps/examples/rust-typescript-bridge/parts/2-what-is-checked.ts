/** The same calls through a C ABI, through napi alone and through generated stubs: what each makes of them. */
import { addNumbers, distance, divide, panics, sumBytes, toCapitals } from "../generated/index.ts";
import { endOf } from "../support/danger.ts";
import { loose } from "../support/loose.ts";
import * as c from "../support/c-abi.ts";
import { code, markdownTable } from "../support/markdown-table.ts";
import { outcome } from "../support/outcome.ts";
import { plainNapi as plain } from "../support/plain-napi.ts";

const add = loose(addNumbers);
const origin = { x: 0, y: 0 };
const bytes = new Uint8Array([1, 2, 3]);

/** Where C reads memory that is not ours, the result is chance, so it is not run. */
const FOREIGN = "reads foreign memory";

const rows: [string, string, string, string][] = [
  all(
    "`1 + 2`",
    () => c.cAbi.add_numbers(1, 2),
    () => plain["addNumbers"]?.(1, 2),
    () => add(1, 2),
  ),
  ...([[2 ** 31, 0], [1.9, 0], ["5", 1], [undefined, 1], [{}, 1], [Number.NaN, 1], [1n, 1], [1]] as const).map((pair) =>
    all(
      `\`addNumbers(${pair.map((value) => Bun.inspect(value)).join(", ")})\``,
      () => c.cAbi.add_numbers(...pair),
      () => plain["addNumbers"]?.(...pair),
      () => add(...pair),
    ),
  ),
  all(
    "2^31 - 1, and 1",
    () => c.cAbi.add_numbers(2 ** 31 - 1, 1),
    () => plain["addNumbers"]?.(2 ** 31 - 1, 1),
    () => add(2 ** 31 - 1, 1),
  ),
  all(
    "text",
    () => c.toCapitals("straße"),
    () => plain["toCapitals"]?.("straße"),
    () => toCapitals("straße"),
  ),
  all(
    "text with a zero inside",
    () => c.toCapitals("a\0b"),
    () => plain["toCapitals"]?.("a\0b"),
    () => toCapitals("a\0b"),
  ),
  all(
    'half of a letter, `"\\ud800"`',
    () => c.toCapitals("\ud800"),
    () => plain["toCapitals"]?.("\ud800"),
    () => toCapitals("\ud800"),
  ),
  all(
    "a struct",
    () => c.cAbi.distance(new Float64Array([0, 0]), new Float64Array([3, 4])),
    () => plain["distance"]?.(origin, { x: 3, y: 4 }),
    () => distance(origin, { x: 3, y: 4 }),
  ),
  all(
    "a struct without `y`",
    FOREIGN,
    () => plain["distance"]?.(origin, { x: 3 }),
    () => loose(distance)(origin, { x: 3 }),
  ),
  all(
    "a struct with `y: NaN`",
    () => c.cAbi.distance(new Float64Array([0, 0]), new Float64Array([3, Number.NaN])),
    () => plain["distance"]?.(origin, { x: 3, y: Number.NaN }),
    () => distance(origin, { x: 3, y: Number.NaN }),
  ),
  all(
    "bytes",
    () => c.cAbi.sum_bytes(bytes, 3),
    () => plain["sumBytes"]?.(bytes),
    () => sumBytes(bytes),
  ),
  all("bytes, with a wrong length", FOREIGN, "has no length to pass", "has no length to pass"),
  all(
    "an error",
    () => c.divide(1, 0),
    () => plain["divide"]?.(1, 0),
    () => divide(1, 0),
  ),
  all("a panic", endOf("c-panic"), endOf("napi-panic"), () => panics("late")),
];

/** A row: what is called, or a sentence where it cannot be. */
function all(name: string, ...calls: readonly (string | (() => unknown))[]): [string, string, string, string] {
  const [ffi = "", napi = "", stub = ""] = calls.map((call) => (typeof call === "string" ? call : code(outcome(call))));
  return [name, ffi, napi, stub];
}

console.log(markdownTable(["call", "C ABI, `bun:ffi`", "napi alone", "generated stub"], rows));
