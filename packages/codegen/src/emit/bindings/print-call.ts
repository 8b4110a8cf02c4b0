import type { BoundFunction } from "@stator/contract";
import { printArguments, printCallbacks, printParameters, signalName, usedObjects } from "./arguments.ts";
import type { BindingWriter } from "./binding-writer.ts";
import { declaredClass, printResult, resultType } from "./results.ts";

/** How the stub of a function looks; the same for functions and for members of classes. */
export type PrintedCall = {
  /** `async` or nothing. */
  readonly prefix: string;
  readonly parameters: string;
  readonly result: string;
  /** Statements. */
  readonly body: readonly string[];
};

/** `binding` is the name in messages; `self` says whether the first argument is the number of `this`. */
export function printCall(writer: BindingWriter, call: BoundFunction, binding: string, self: boolean): PrintedCall {
  const parameters = printParameters(writer, call);
  const result = resultType(writer, call.result);
  switch (call.mode) {
    case "sync":
      return { prefix: "", parameters, result, body: syncBody(writer, call, binding, self) };
    case "task":
      return {
        prefix: "async ",
        parameters,
        result: `Promise<${result}>`,
        body: taskBody(writer, call, binding, self),
      };
    case "stream":
      return {
        prefix: "",
        parameters,
        result: `${writer.support("native-stream", "NativeStream")}<${result}>`,
        body: streamBody(writer, call, binding, self, result),
      };
  }
}

/** The call of the raw export. */
export function printRawCall(writer: BindingWriter, call: BoundFunction, binding: string, self: boolean): string {
  const raw = `${writer.sibling("load-addon", "addon")}().raw`;
  return `${member(raw, call.export)}(${allArguments(writer, call, binding, self).join(", ")})`;
}

function syncBody(writer: BindingWriter, call: BoundFunction, binding: string, self: boolean): string[] {
  return [`const result_ = ${printRawCall(writer, call, binding, self)};`, ...printResult(writer, call, binding)];
}

function taskBody(writer: BindingWriter, call: BoundFunction, binding: string, self: boolean): string[] {
  const used = [...(self ? ["this"] : []), ...usedObjects(call)];
  const callbacks = printCallbacks(writer, call, binding);
  const options = [
    `signal: ${signalName(call)}`,
    ...(callbacks.length > 0 ? [`callbacks: [${callbacks.join(", ")}]`] : []),
    ...(used.length > 0 ? [`uses: [${used.join(", ")}]`] : []),
  ];
  const checks = checkCallbacks(writer, call, binding);
  const start = `(raw_) => ${member("raw_", call.export)}(${allArguments(writer, call, binding, self).join(", ")})`;
  const run = `${writer.sibling("load-addon", "addon")}().run(${start}, { ${options.join(", ")} })`;
  const awaited = self ? `${writer.support("native-object", "whileRunning")}(this, ${run})` : run;
  return [...checks, `const result_ = await ${awaited};`, ...printResult(writer, call, binding)];
}

function streamBody(
  writer: BindingWriter,
  call: BoundFunction,
  binding: string,
  self: boolean,
  item: string,
): string[] {
  const values = allArguments(writer, call, binding, self);
  const lines = values.map((value, index) => `const argument${index}_ = ${value};`);
  const { result } = call;
  const used = [...(self ? ["this"] : []), ...usedObjects(call)];
  const raw = `${writer.sibling("load-addon", "addon")}()`;
  const names = values.map((_, index) => `argument${index}_`);
  let parse = "JSON.parse";
  let read = `(item_) => item_ as ${item}`;
  if (result?.is === "value" && result.form === "json") {
    parse = `${writer.codec(result.type)}.parse`;
    const reader = writer.reader(result.type, `${binding} item`);
    read = `(item_) => ${writer.support("binding-values", "itemResult")}(item_, ${reader}, ${JSON.stringify(binding)})`;
  }
  const declared = declaredClass(writer, call).slice(2);
  const stream = writer.support("native-stream", "NativeStream");
  return [
    ...lines,
    `const native_ = ${raw};`,
    `return new ${stream}({`,
    `  binding: ${JSON.stringify(binding)},`,
    "  addon: native_,",
    `  start: () => ${member("native_.raw", call.export)}(${names.join(", ")}),`,
    `  parse: (text_) => ${parse}(text_) as unknown[],`,
    `  read: ${read},`,
    ...(declared === "" ? [] : [`  declared: ${declared},`]),
    `  signal: ${signalName(call)},`,
    ...(used.length > 0 ? [`  uses: [${used.join(", ")}],`] : []),
    "});",
  ];
}

function allArguments(writer: BindingWriter, call: BoundFunction, binding: string, self: boolean): string[] {
  const own = self ? [`${writer.support("native-object", "numberOf")}(this, ${JSON.stringify(binding)})`] : [];
  return [...own, ...printArguments(writer, call, binding)];
}

function checkCallbacks(writer: BindingWriter, call: BoundFunction, binding: string): string[] {
  return call.parameters
    .filter((parameter) => parameter.is === "callback")
    .map(
      ({ name }) =>
        `${writer.support("binding-values", "callbackArgument")}(${name}, ${JSON.stringify(binding)}, ${JSON.stringify(name)});`,
    );
}

function member(object: string, name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `${object}.${name}` : `${object}[${JSON.stringify(name)}]`;
}
