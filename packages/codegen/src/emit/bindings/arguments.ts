import { type BoundCallback, type BoundFunction, type BoundParameter, kebabCase } from "@stator/contract";
import type { BindingWriter } from "./binding-writer.ts";
import { variable } from "./names.ts";

/** The parameters of a stub, without parentheses. */
export function printParameters(writer: BindingWriter, call: BoundFunction): string {
  const lastRequired = call.parameters.findLastIndex((parameter) => !mayBeLeftOut(parameter));
  const printed = call.parameters.map((parameter, index) => {
    const type = writer.bound(parameter, "input");
    const optional = index > lastRequired;
    return `${variable(parameter.name)}${optional ? "?" : ""}: ${type}${mayBeLeftOut(parameter) ? " | undefined" : ""}`;
  });
  if (call.mode !== "sync") printed.push(`${signalName(call)}?: AbortSignal | undefined`);
  return printed.join(", ");
}

/** The variable of the `AbortSignal`, which no parameter of Rust has. */
export function signalName(call: BoundFunction): string {
  const names = new Set(call.parameters.map(({ name }) => name));
  let name = "signal";
  while (names.has(name)) name += "_";
  return name;
}

/** Expressions for the arguments of the raw export. Callbacks are not among them. */
export function printArguments(writer: BindingWriter, call: BoundFunction, binding: string): string[] {
  return call.parameters
    .filter((parameter) => parameter.is !== "callback")
    .map((parameter) => printArgument(writer, parameter, binding));
}

/** What the call uses and what must not be collected meanwhile. */
export function usedObjects(call: BoundFunction): string[] {
  return call.parameters.filter((parameter) => parameter.is === "object").map(({ name }) => variable(name));
}

/** The callbacks of a call, in their order, as expressions. */
export function printCallbacks(writer: BindingWriter, call: BoundFunction, binding: string): string[] {
  return call.parameters.flatMap((parameter) =>
    parameter.is === "callback" ? [printCallback(writer, parameter, binding)] : [],
  );
}

function mayBeLeftOut(parameter: BoundParameter): boolean {
  return parameter.is === "value" && parameter.type.kind === "option";
}

function printArgument(writer: BindingWriter, parameter: BoundParameter, binding: string): string {
  const name = variable(parameter.name);
  const place = `${JSON.stringify(binding)}, ${JSON.stringify(parameter.name)}`;
  if (parameter.is === "object") {
    return `${writer.support("native-object", "objectArgument")}(${name}, ${writer.imports.value(`../bindings/${kebabCase(parameter.class)}.ts`, parameter.class)}, ${place})`;
  }
  if (parameter.is === "callback") return "";
  if (parameter.form === "json") {
    const reader = writer.reader(parameter.type, `${binding} ${parameter.name}`);
    // A parameter that is left out is null.
    const value = mayBeLeftOut(parameter) ? `${name} ?? null` : name;
    return `${writer.support("binding-values", "jsonArgument")}(${value}, ${reader}, ${writer.codec(parameter.type)}, ${place})`;
  }
  const isOptional = parameter.type.kind === "option";
  const type = parameter.type.kind === "option" ? parameter.type.of : parameter.type;
  const check = (value: string): string =>
    parameter.form === "bytes"
      ? `${writer.support("binding-values", "bytesArgument")}(${value}, ${place})`
      : `${writer.support("binding-error", "argument")}(${writer.readScalar(type, value)}, ${place})`;
  return isOptional
    ? `${writer.support("binding-values", "optional")}(${name}, (value_) => ${check("value_")})`
    : check(name);
}

function printCallback(writer: BindingWriter, parameter: BoundParameter & BoundCallback, binding: string): string {
  const name = variable(parameter.name);
  const { argument, result } = parameter;
  const given =
    argument?.is === "value"
      ? `${writer.support("binding-values", "jsonResult")}(text_ ?? "null", ${writer.reader(argument.type, `${binding} ${parameter.name} argument`)}, ${writer.codec(argument.type)}, ${JSON.stringify(`${binding}: ${parameter.name}`)})`
      : "";
  const encode =
    result?.is === "value"
      ? `(value_) => ${writer.support("binding-values", "jsonArgument")}(value_, ${writer.reader(result.type, `${binding} ${parameter.name} result`)}, ${writer.codec(result.type)}, ${JSON.stringify(binding)}, ${JSON.stringify(`${parameter.name} result`)})`
      : '() => "null"';
  return `{ call: (${given === "" ? "" : "text_"}) => ${name}(${given}), encode: ${encode} }`;
}
