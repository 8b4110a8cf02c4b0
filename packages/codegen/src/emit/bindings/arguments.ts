import { type BoundCallback, type BoundFunction, type BoundParameter, kebabCase } from "@stator/contract";
import type { BindingWriter } from "./binding-writer.ts";
import { printObject } from "./layout.ts";
import { variable } from "./names.ts";

/** The parameters of a stub. */
export function printParameters(writer: BindingWriter, call: BoundFunction): string[] {
  const lastRequired = call.parameters.findLastIndex((parameter) => !mayBeLeftOut(parameter));
  const printed = call.parameters.map((parameter, index) => {
    const name = variable(parameter.name);
    const type = writer.bound(parameter, "input");
    if (!mayBeLeftOut(parameter)) return `${name}: ${type}`;
    return index > lastRequired ? `${name}?: ${type}` : `${name}: ${type} | undefined`;
  });
  return call.mode === "sync" ? printed : [...printed, `${signalName(call)}?: AbortSignal`];
}

/** The variable of the `AbortSignal`, which no parameter of Rust has. */
export function signalName(call: BoundFunction): string {
  return call.parameters.some(({ name }) => name === "signal") ? "signal_" : "signal";
}

/** Expressions for the arguments of the raw export. Callbacks are not among them. */
export function printArguments(writer: BindingWriter, call: BoundFunction, binding: string): string[] {
  return call.parameters
    .filter((parameter) => parameter.is !== "callback")
    .map((parameter) => printArgument(writer, parameter, binding));
}

/** The objects that a call uses, beside its own. */
export function usedObjects(call: BoundFunction): string[] {
  return call.parameters.filter((parameter) => parameter.is === "object").map(({ name }) => variable(name));
}

/** The callbacks of a call, in their order, as expressions. */
export function printCallbacks(writer: BindingWriter, call: BoundFunction, binding: string): string[] {
  return call.parameters.flatMap((parameter) =>
    parameter.is === "callback" ? [printCallback(writer, parameter, binding)] : [],
  );
}

/** Statements that check that callbacks are functions. */
export function printCallbackChecks(writer: BindingWriter, call: BoundFunction, binding: string): string[] {
  return call.parameters
    .filter((parameter) => parameter.is === "callback")
    .map(({ name }) => {
      const check = writer.support("binding-values", "callbackArgument");
      return `${check}(${variable(name)}, ${place(binding, name)});`;
    });
}

function mayBeLeftOut(parameter: BoundParameter): boolean {
  return parameter.is === "value" && parameter.type.kind === "option";
}

function printArgument(writer: BindingWriter, parameter: BoundParameter, binding: string): string {
  const name = variable(parameter.name);
  const where = place(binding, parameter.name);
  if (parameter.is === "callback") return "";
  if (parameter.is === "object") {
    const type = writer.sibling(kebabCase(parameter.class), parameter.class);
    return `${writer.support("native-object", "objectArgument")}(${name}, ${type}, ${where})`;
  }
  if (parameter.form === "json") {
    const reader = writer.reader(parameter.type, `${binding} ${parameter.name}`);
    // A parameter that is left out is null.
    const value = mayBeLeftOut(parameter) ? `${name} ?? null` : name;
    const codec = writer.codec(parameter.type);
    return `${writer.support("binding-values", "jsonArgument")}(${value}, ${reader}, ${codec}, ${where})`;
  }
  const { type } = parameter;
  const inner = type.kind === "option" ? type.of : type;
  const check = (value: string): string =>
    parameter.form === "bytes"
      ? `${writer.support("binding-values", "bytesArgument")}(${value}, ${where})`
      : `${writer.support("binding-error", "argument")}(${writer.readScalar(inner, value)}, ${where})`;
  return type.kind === "option"
    ? `${writer.support("binding-values", "optional")}(${name}, (value_) => ${check("value_")})`
    : check(name);
}

function printCallback(writer: BindingWriter, parameter: BoundParameter & BoundCallback, binding: string): string {
  const name = variable(parameter.name);
  const { argument, result } = parameter;
  let call = `() => ${name}()`;
  if (argument?.is === "value") {
    const read = writer.support("binding-values", "jsonResult");
    const reader = writer.reader(argument.type, `${binding} ${parameter.name} argument`);
    const where = JSON.stringify(`${binding}: ${parameter.name}`);
    call = `(text_) => ${name}(${read}(text_ ?? "null", ${reader}, ${writer.codec(argument.type)}, ${where}))`;
  }
  let encode = '() => "null"';
  if (result?.is === "value") {
    const write = writer.support("binding-values", "jsonArgument");
    const reader = writer.reader(result.type, `${binding} ${parameter.name} result`);
    const where = place(binding, `result of ${parameter.name}`);
    encode = `(value_) => ${write}(value_, ${reader}, ${writer.codec(result.type)}, ${where})`;
  }
  return printObject([`call: ${call}`, `encode: ${encode}`], 30);
}

function place(binding: string, parameter: string): string {
  return `${JSON.stringify(binding)}, ${JSON.stringify(parameter)}`;
}
