/** The table of types: each is really sent through napi alone, through a generated stub, and through serde. */
import { code, markdownTable } from "../support/markdown-table.ts";
import { outcome, shown } from "../support/outcome.ts";
import { plainNapi } from "../support/plain-napi.ts";
import * as mapping from "../type-mapping/generated/index.ts";
import { type Sample, samples } from "./samples.ts";
import { signatureOf } from "./signature.ts";

const functions = mapping as unknown as Record<string, (value: unknown) => unknown>;

/** `echo_hash_map` is `echoHashMap` in TypeScript. */
function camel(name: string): string {
  return name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** What napi alone makes of the sample, or the one value that it gives out. */
function native(name: string, { value, plain }: Sample): string {
  const echo = plainNapi[camel(name)];
  const give = plain === undefined ? undefined : plainNapi[camel(plain)];
  if (give !== undefined) return `${code(outcome(give))}${echo === undefined ? ", out only" : ""}`;
  return echo === undefined ? "-" : code(outcome(() => echo(value)));
}

const types: Readonly<Record<string, string>> = mapping.rustTypes;
const without = Object.keys(types).filter((name) => !(name in samples));
if (without.length > 0) throw new Error(`no sample of ${without.join(", ")}`);

const rows = Object.entries(samples).map(([name, sample]) => {
  const echo = functions[camel(name)];
  const wire = functions[camel(name.replace("echo", "wire"))];
  if (echo === undefined || wire === undefined) throw new Error(`${name}: no stub`);
  const back = echo(sample.value);
  if (!Bun.deepEquals(back, sample.back ?? sample.value, true)) {
    throw new Error(`${name}: ${shown(sample.value)} came back as ${shown(back)}`);
  }
  return [
    code(types[name] ?? ""),
    native(name, sample),
    code(signatureOf(camel(name))),
    code(shown(back)),
    code(String(wire(sample.value))),
  ];
});
rows.push(
  [
    "`()`",
    code(outcome(() => plainNapi["echoUnit"]?.(undefined))),
    code(signatureOf("echoUnit")),
    code(outcome(mapping.echoUnit)),
    code(mapping.wireUnit()),
  ],
  [
    "`Result<i32, Failure>`, `Ok`",
    "-",
    code(signatureOf("echoResult")),
    code(outcome(() => mapping.echoResult(1))),
    "-",
  ],
  [
    "`Result<i32, Failure>`, `Err`",
    "-",
    code(signatureOf("echoResult")),
    code(outcome(() => mapping.echoResult(100))),
    "-",
  ],
);
console.log(markdownTable(["Rust", "napi alone", "generated type", "value", "on the wire"], rows));
