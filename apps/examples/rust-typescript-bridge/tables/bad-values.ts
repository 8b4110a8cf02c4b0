/** What becomes of values that do not fit, through napi alone and through generated stubs. Each is really sent. */
import { addNumbers, countEntries, echoI64, echoU32 } from "../generated/index.ts";
import { endOf } from "../support/danger.ts";
import { loose } from "../support/loose.ts";
import { code, markdownTable } from "../support/markdown-table.ts";
import { outcome } from "../support/outcome.ts";
import { plainNapi } from "../support/plain-napi.ts";

type Row = readonly [what: string, plain: string, stub: string];

/** One value through both. */
function row(what: string, plain: string, stub: (...values: never[]) => unknown, ...values: unknown[]): Row {
  return [what, code(outcome(() => plainNapi[plain]?.(...values))), code(outcome(() => loose(stub)(...values)))];
}

const entries = new Map([["a", 1]]);
const rows: Row[] = [
  row("`u32`, given -1", "echoU32", echoU32, -1),
  row("`u32`, given 2^32 + 5", "echoU32", echoU32, 2 ** 32 + 5),
  row("`u32`, given 1.5", "echoU32", echoU32, 1.5),
  row("`i32`, a sum beyond its range", "addNumbers", addNumbers, 2 ** 31 - 1, 1),
  row("`i64`, given 2^53 + 1 as a `bigint`", "echoI64", echoI64, 2n ** 53n + 1n),
  row("`i64`, given 2^53 as a `number`", "echoI64", echoI64, 2 ** 53),
  row("`i64`, given 1.9", "echoI64", echoI64, 1.9),
  row("`i64`, given `NaN`", "echoI64", echoI64, Number.NaN),
  row("`i64`, given 2^63", "echoI64", echoI64, 2n ** 63n),
  [
    "`i64::MAX` as a result",
    code(outcome(() => plainNapi["giveI64"]?.())),
    code(outcome(() => echoI64(2n ** 63n - 1n))),
  ],
  row("`HashMap`, given a `Map`", "echoHashMap", countEntries, entries),
  ["a panic", endOf("napi-panic"), code(endOf("stub-panic"))],
];

console.log(markdownTable(["value", "napi alone", "generated stub"], rows));
