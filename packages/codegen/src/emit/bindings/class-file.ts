import type { BoundClass, BoundFunction, BoundType, Model } from "@stator/contract";
import { printDocs } from "../print-docs.ts";
import { printParameters } from "./arguments.ts";
import { BindingWriter } from "./binding-writer.ts";
import { indent, printHead, printInvocation } from "./layout.ts";
import { variable } from "./names.ts";
import { addonOf, printCall, printRawCall, type Stub } from "./print-call.ts";
import { declaredClass } from "./results.ts";

/** The file of one bound class. */
export function classFile(model: Model, bound: BoundClass): string {
  const writer = new BindingWriter(model, bound.name);
  const stub = (call: BoundFunction, self: boolean): Stub => {
    return { writer, call, binding: `${bound.name}.${call.name}`, self };
  };
  const members = [
    constructor(writer, bound),
    ...bound.statics.map((call) => method(stub(call, false), "static ")),
    ...bound.methods.map((call) => method(stub(call, true), "")),
    ...accessors(bound).map(({ call, isSetter }) => (isSetter ? setter(stub(call, true)) : getter(stub(call, true)))),
  ];
  const base = writer.support("native-object", "NativeObject");
  const head = `${printDocs(bound.docs)}export class ${bound.name} extends ${base} {`;
  const body = `${head}\n${members.map(indent).join("\n\n")}\n}`;
  return [writer.imports.print().join("\n"), body, ...writer.functions].map((part) => `${part}\n`).join("\n");
}

function constructor(writer: BindingWriter, bound: BoundClass): string {
  const raw = `${addonOf(writer)}.raw`;
  const binding = `new ${bound.name}`;
  const call = bound.construct;
  if (call === undefined) {
    const error = writer.support("binding-error", "BindingError");
    const sentence = "this class has no constructor; its objects come out of functions";
    return [
      `${printDocs("Objects of this class come out of functions.")}private constructor() {`,
      `  super(${raw}, 0);`,
      `  throw new ${error}("invalid_argument", ${JSON.stringify(binding)}, ${JSON.stringify(sentence)});`,
      "}",
    ].join("\n");
  }
  const stub = { writer, call, binding, self: false };
  const declared = declaredClass(writer, call);
  const values = [JSON.stringify(binding), printRawCall(stub), ...(declared === null ? [] : [declared])];
  const made = printInvocation(writer.support("native-object", "newObject"), values, 20);
  const head = printHead("constructor", printParameters(writer, call), " {", 2);
  return [`${printDocs(call.docs)}${head}`, indent(`${printInvocation("super", [raw, made], 4)};`), "}"].join("\n");
}

function method(stub: Stub, kind: string): string {
  const { prefix, parameters, result, body } = printCall(stub);
  const head = printHead(`${kind}${prefix}${stub.call.name}`, parameters, `: ${result} {`, 2);
  return [`${printDocs(stub.call.docs)}${head}`, ...body.map(indent), "}"].join("\n");
}

/** A getter and its setter stand beside each other. */
function accessors({ getters, setters }: BoundClass): { call: BoundFunction; isSetter: boolean }[] {
  const all = [
    ...getters.map((call) => ({ call, isSetter: false })),
    ...setters.map((call) => ({ call, isSetter: true })),
  ];
  const names = new Set(all.map(({ call }) => call.name));
  return [...names].flatMap((name) => all.filter(({ call }) => call.name === name));
}

function getter(stub: Stub): string {
  const { writer, call } = stub;
  const { result, body } = printCall(stub);
  // What is done to a copy changes nothing in Rust, so it is an error instead of a surprise.
  const isCopy = isJson(call.result);
  const freeze = (line: string): string =>
    isCopy
      ? line.replace(/return (jsonResult\([\s\S]*\));$/, `return ${writer.support("binding-values", "frozen")}($1);`)
      : line;
  const head = `get ${call.name}(): ${isCopy ? `Readonly<${result}>` : result} {`;
  return [`${printDocs(call.docs)}${head}`, ...body.map((line) => indent(freeze(line))), "}"].join("\n");
}

function setter(stub: Stub): string {
  const { writer, call } = stub;
  const { body } = printCall(stub);
  const parameter = call.parameters.map((bound) => {
    const type = writer.bound(bound, "input");
    return `${variable(bound.name)}: ${isJson(bound) ? `Readonly<${type}>` : type}`;
  });
  return [`${printDocs(call.docs)}set ${call.name}(${parameter.join(", ")}) {`, ...body.map(indent), "}"].join("\n");
}

function isJson(bound: BoundType | undefined): boolean {
  return bound?.is === "value" && bound.form === "json";
}
