import type { BoundFunction, Model } from "@stator/contract";
import { printDocs } from "../print-docs.ts";
import { BindingWriter } from "./binding-writer.ts";
import { printCall } from "./print-call.ts";

/** The file of one bound function. */
export function functionFile(model: Model, call: BoundFunction): string {
  const writer = new BindingWriter(model, call.name);
  const { prefix, parameters, result, body } = printCall(writer, call, call.name, false);
  const stub = [
    `${printDocs(call.docs)}export ${prefix}function ${call.name}(${parameters}): ${result} {`,
    ...body.map((line) => `  ${line}`),
    "}",
  ].join("\n");
  return [writer.imports.print().join("\n"), stub, ...writer.functions].map((part) => `${part}\n`).join("\n");
}
