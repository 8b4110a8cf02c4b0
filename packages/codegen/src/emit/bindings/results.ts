import { type BoundFunction, type BoundType, kebabCase } from "@stator/contract";
import type { BindingWriter } from "./binding-writer.ts";

/** The type that a stub returns, or that its promise or stream has. */
export function resultType(writer: BindingWriter, result: BoundType | undefined): string {
  return result === undefined ? "void" : writer.bound(result, "output");
}

/** Statements that return what is in the variable `result_`, or throw. */
export function printResult(writer: BindingWriter, call: BoundFunction, binding: string): string[] {
  const { result } = call;
  const values = [JSON.stringify(binding), "result_", declaredClass(writer, call)].filter((value) => value !== null);
  const fail = `throw ${writer.support("binding-error", "failure")}(${values.join(", ")});`;
  if (result === undefined) return [`if (result_ !== undefined) ${fail}`];
  if (result.is === "callback") return [fail];
  if (result.is === "object") {
    const adopt = writer.support("native-object", "adopt");
    const type = writer.sibling(kebabCase(result.class), result.class);
    return [
      ...(result.optional ? ["if (result_ === null) return null;"] : []),
      `if (typeof result_ === "number") return ${adopt}(${type}, ${writer.sibling("load-addon", "addon")}().raw, result_);`,
      fail,
    ];
  }
  const nullable =
    result.form !== "json" && result.type.kind === "option" ? ["if (result_ === null) return null;"] : [];
  switch (result.form) {
    case "json": {
      const decode = writer.support("binding-values", "jsonResult");
      const reader = writer.reader(result.type, `${binding} result`);
      const codec = writer.codec(result.type);
      return [
        `if (typeof result_ === "string") return ${decode}(result_, ${reader}, ${codec}, ${JSON.stringify(binding)});`,
        fail,
      ];
    }
    case "bytes":
      return [...nullable, "if (result_ instanceof Uint8Array) return result_;", fail];
    case "text":
      return [...nullable, 'if (typeof result_ === "string") return result_;', fail];
    default:
      return [...nullable, `if (typeof result_ === "${result.form}") return result_;`, fail];
  }
}

/** What the raw export returns beside a failure. */
export function rawResultType(call: BoundFunction): string {
  if (call.mode !== "sync") return "number";
  const { result } = call;
  if (result === undefined) return "undefined";
  if (result.is !== "value") return result.is === "object" && result.optional ? "number | null" : "number";
  const nullable = result.form !== "json" && result.type.kind === "option" ? " | null" : "";
  return `${rawForm(result.form)}${nullable}`;
}

export function rawForm(form: "boolean" | "number" | "bigint" | "text" | "bytes" | "json"): string {
  switch (form) {
    case "text":
    case "json":
      return "string";
    case "bytes":
      return "Uint8Array";
    default:
      return form;
  }
}

/** The class of the error that a call declares. */
export function declaredClass(writer: BindingWriter, call: BoundFunction): string | null {
  const name = declaredError(call);
  return name === null ? null : writer.sibling(kebabCase(`${name}Exception`), `${name}Exception`);
}

/** The name of the type of the error that a call declares. */
export function declaredError(call: BoundFunction): string | null {
  for (const error of [call.error, call.itemError]) {
    if (error?.is === "declared" && error.type.kind === "ref") return error.type.name;
  }
  return null;
}
