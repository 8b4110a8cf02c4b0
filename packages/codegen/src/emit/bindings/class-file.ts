import type { BoundClass, BoundFunction, Model } from "@stator/contract";
import { printDocs } from "../print-docs.ts";
import { printParameters } from "./arguments.ts";
import { BindingWriter } from "./binding-writer.ts";
import { printCall, printRawCall } from "./print-call.ts";
import { declaredClass, resultType } from "./results.ts";

/** The file of one bound class. */
export function classFile(model: Model, bound: BoundClass): string {
  const writer = new BindingWriter(model, bound.name);
  const members = [
    constructor(writer, bound),
    ...bound.statics.map((call) => method(writer, bound, call, "static ", false)),
    ...bound.methods.map((call) => method(writer, bound, call, "", true)),
    ...accessors(writer, bound),
  ];
  const head = `${printDocs(bound.docs)}export class ${bound.name} extends ${writer.support("native-object", "NativeObject")} {`;
  const body = `${head}\n${members.join("\n\n")}\n}`;
  return [writer.imports.print().join("\n"), body, ...writer.functions].map((part) => `${part}\n`).join("\n");
}

function constructor(writer: BindingWriter, bound: BoundClass): string {
  const raw = `${writer.sibling("load-addon", "addon")}().raw`;
  const call = bound.construct;
  if (call === undefined) {
    const error = writer.support("binding-error", "BindingError");
    return [
      "  /** Objects of this class come out of functions. */",
      "  private constructor() {",
      `    super(${raw}, 0);`,
      `    throw new ${error}("invalid_argument", "new ${bound.name}", "this class has no constructor; objects come out of its functions");`,
      "  }",
    ].join("\n");
  }
  const binding = `new ${bound.name}`;
  const created = writer.support("native-object", "newObject");
  const made = printRawCall(writer, call, binding, false);
  return [
    `${printDocs(call.docs, "  ")}  constructor(${printParameters(writer, call)}) {`,
    `    super(${raw}, ${created}(${JSON.stringify(binding)}, ${made}${declaredClass(writer, call)}));`,
    "  }",
  ].join("\n");
}

function method(writer: BindingWriter, bound: BoundClass, call: BoundFunction, kind: string, self: boolean): string {
  const { prefix, parameters, result, body } = printCall(writer, call, `${bound.name}.${call.name}`, self);
  return [
    `${printDocs(call.docs, "  ")}  ${kind}${prefix}${call.name}(${parameters}): ${result} {`,
    ...body.map((line) => `    ${line}`),
    "  }",
  ].join("\n");
}

/** A getter and its setter stand beside each other. */
function accessors(writer: BindingWriter, bound: BoundClass): string[] {
  const printed: string[] = [];
  for (const getter of bound.getters) {
    printed.push(printGetter(writer, bound, getter));
    const setter = bound.setters.find(({ name }) => name === getter.name);
    if (setter !== undefined) printed.push(printSetter(writer, bound, setter));
  }
  for (const setter of bound.setters) {
    if (!bound.getters.some(({ name }) => name === setter.name)) printed.push(printSetter(writer, bound, setter));
  }
  return printed;
}

function printGetter(writer: BindingWriter, bound: BoundClass, call: BoundFunction): string {
  const { body } = printCall(writer, call, `${bound.name}.${call.name}`, true);
  const type = resultType(writer, call.result);
  const isCopy = call.result?.is === "value" && call.result.form === "json";
  // What is done to a copy changes nothing in Rust, so it is an error instead of a surprise.
  const freeze = (line: string): string =>
    isCopy ? line.replace(/return (\w+)\((.*)\);$/, "return Object.freeze($1($2));") : line;
  return [
    `${printDocs(call.docs, "  ")}  get ${call.name}(): ${isCopy ? `Readonly<${type}>` : type} {`,
    ...body.map((line) => `    ${freeze(line)}`),
    "  }",
  ].join("\n");
}

function printSetter(writer: BindingWriter, bound: BoundClass, call: BoundFunction): string {
  const { parameters, body } = printCall(writer, call, `${bound.name}.${call.name}`, true);
  return [
    `${printDocs(call.docs, "  ")}  set ${call.name}(${parameters.replace("?:", ":")}) {`,
    ...body.map((line) => `    ${line}`),
    "  }",
  ].join("\n");
}
