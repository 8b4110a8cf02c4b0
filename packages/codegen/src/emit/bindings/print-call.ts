import type { BoundFunction } from "@stator/contract";
import {
  printArguments,
  printCallbackChecks,
  printCallbacks,
  printParameters,
  signalName,
  usedObjects,
} from "./arguments.ts";
import type { BindingWriter } from "./binding-writer.ts";
import { indent, printInvocation, printObject } from "./layout.ts";
import { declaredClass, printResult, resultType } from "./results.ts";

/** How the stub of a function looks; the same for functions and for members of classes. */
export type PrintedCall = {
  /** `async ` or nothing. */
  readonly prefix: string;
  readonly parameters: readonly string[];
  readonly result: string;
  /** Statements. They may have several lines. */
  readonly body: readonly string[];
};

/** One bound function on its way into a file. */
export type Stub = {
  readonly writer: BindingWriter;
  readonly call: BoundFunction;
  /** The name in messages. */
  readonly binding: string;
  /** Whether the first argument is the number of `this`. */
  readonly self: boolean;
};

/** What stands left of a statement at most: the indentation of a method and `const result_ = await `. */
const BEFORE = 26;

export function printCall(stub: Stub): PrintedCall {
  const { writer, call } = stub;
  const parameters = printParameters(writer, call);
  const result = resultType(writer, call.result);
  switch (call.mode) {
    case "sync":
      return { prefix: "", parameters, result, body: syncBody(stub) };
    case "task":
      return { prefix: "async ", parameters, result: `Promise<${result}>`, body: taskBody(stub) };
    case "stream": {
      const stream = `${writer.support("native-stream", "NativeStream")}<${result}>`;
      return { prefix: "", parameters, result: stream, body: streamBody(stub, result) };
    }
  }
}

/** The call of the raw export. */
export function printRawCall(stub: Stub): string {
  return printInvocation(member(`${addonOf(stub.writer)}.raw`, stub.call.export), allArguments(stub), BEFORE);
}

/** The expression for the loaded addon. */
export function addonOf(writer: BindingWriter): string {
  return `${writer.sibling("load-addon", "addon")}()`;
}

function syncBody(stub: Stub): string[] {
  return [`const result_ = ${printRawCall(stub)};`, ...printResult(stub.writer, stub.call, stub.binding)];
}

function taskBody(stub: Stub): string[] {
  const { writer, call, binding, self } = stub;
  const callbacks = printCallbacks(writer, call, binding);
  const used = allUsed(stub);
  const options = [
    signalMember(call),
    ...(callbacks.length > 0 ? [printList("callbacks", callbacks)] : []),
    ...(used.length > 0 ? [`uses: [${used.join(", ")}]`] : []),
  ];
  const start = `(raw_) => ${printInvocation(member("raw_", call.export), allArguments(stub), BEFORE)}`;
  const run = printInvocation(`${addonOf(writer)}.run`, [start, printObject(options, BEFORE)], BEFORE);
  const awaited = self ? printInvocation(writer.support("native-object", "whileRunning"), ["this", run], BEFORE) : run;
  return [
    ...printCallbackChecks(writer, call, binding),
    `const result_ = await ${awaited};`,
    ...printResult(writer, call, binding),
  ];
}

/** Arguments are checked at once; Rust starts when the first item is asked for. */
function streamBody(stub: Stub, item: string): string[] {
  const { writer, call, binding } = stub;
  const values = allArguments(stub);
  const names = values.map((_, index) => `argument${index}_`);
  const { result } = call;
  const used = allUsed(stub);
  let parse = "JSON.parse";
  let read = `(item_) => item_ as ${item}`;
  if (result?.is === "value" && result.form === "json") {
    parse = `${writer.codec(result.type)}.parse`;
    const reader = writer.reader(result.type, `${binding} item`);
    const check = writer.support("binding-values", "itemResult");
    read = `(item_) => ${check}(item_, ${reader}, ${JSON.stringify(binding)})`;
  }
  const declared = declaredClass(writer, call);
  const options = [
    `binding: ${JSON.stringify(binding)}`,
    "addon: native_",
    `start: () => ${member("native_.raw", call.export)}(${names.join(", ")})`,
    `parse: (text_) => ${parse}(text_) as unknown[]`,
    `read: ${read}`,
    ...(declared === null ? [] : [`declared: ${declared}`]),
    signalMember(call),
    ...(used.length > 0 ? [`uses: [${used.join(", ")}]`] : []),
  ];
  const stream = writer.support("native-stream", "NativeStream");
  return [
    ...values.map((value, index) => `const argument${index}_ = ${value};`),
    `const native_ = ${addonOf(writer)};`,
    `return new ${stream}({\n${options.map((option) => `  ${option},\n`).join("")}});`,
  ];
}

function printList(key: string, items: readonly string[]): string {
  const isShort = items.length === 1 && !items.some((item) => item.includes("\n"));
  return isShort
    ? `${key}: [${items.join(", ")}]`
    : `${key}: [\n${items.map((item) => `${indent(item)},\n`).join("")}]`;
}

function signalMember(call: BoundFunction): string {
  const name = signalName(call);
  return name === "signal" ? name : `signal: ${name}`;
}

/** What must not be collected while the call runs. */
function allUsed({ call, self }: Stub): string[] {
  return [...(self ? ["this"] : []), ...usedObjects(call)];
}

function allArguments({ writer, call, binding, self }: Stub): string[] {
  const own = self ? [`${writer.support("native-object", "numberOf")}(this, ${JSON.stringify(binding)})`] : [];
  return [...own, ...printArguments(writer, call, binding)];
}

function member(object: string, name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `${object}.${name}` : `${object}[${JSON.stringify(name)}]`;
}
