import type { BoundFunction, Model } from "@stator/contract";
import { printDocs } from "../print-docs.ts";
import { BindingWriter } from "./binding-writer.ts";
import { indent, printHead } from "./layout.ts";
import { printCall } from "./print-call.ts";

/** The file of one bound function. */
export function functionFile(model: Model, call: BoundFunction): string {
  const writer = new BindingWriter(model, call.name);
  const { prefix, parameters, result, body } = printCall({ writer, call, binding: call.name, self: false });
  const head = printHead(`export ${prefix}function ${call.name}`, parameters, `: ${result} {`, 0);
  const stub = [`${printDocs(call.docs)}${head}`, ...body.map(indent), "}"].join("\n");
  return [writer.imports.print().join("\n"), stub, ...writer.functions].map((part) => `${part}\n`).join("\n");
}
