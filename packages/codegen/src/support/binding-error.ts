import { INVALID, type Invalid, takeIssue } from "./failure.ts";

/** Why a call of a native binding failed. */
export type BindingErrorCode =
  /** An argument does not have the type that Rust wants; the message says which one and where. */
  | "invalid_argument"
  /** What came back does not have the declared type. */
  | "invalid_result"
  /** Rust panicked. The process and all other calls go on. */
  | "internal"
  /** An earlier panic left the object half changed; close it. */
  | "poisoned"
  /** The object was closed. */
  | "closed"
  /** The object is in use by a call that is still running; await that call first. */
  | "busy"
  /** The caller gave up; `cause` is the reason of its `AbortSignal`. */
  | "cancelled"
  /** Too many calls are under way; try again later. */
  | "overloaded"
  /** Rust returned an error that is a sentence. */
  | "failed"
  /** Rust returned an error of a declared type; there is a class for each. */
  | "declared"
  /** A function that was given to Rust threw; `cause` is what it threw. */
  | "callback_failed"
  /** There is no addon for this platform. */
  | "addon_missing"
  /** The addon was built from other sources than the generated files. */
  | "version_mismatch";

/** A call of a native binding failed. `code` says why, the message says where. */
export class BindingError extends Error {
  /** One of {@link BindingErrorCode}; of a declared error its variant. */
  readonly code: BindingErrorCode | (string & {});
  /** The function, such as `fibonacci` or `Calculator.add`. */
  readonly binding: string;
  /** Where in the arguments the misfit is: the parameter first. Empty for other failures. */
  readonly path: ReadonlyArray<string | number>;

  constructor(code: string, binding: string, message: string, options: BindingErrorOptions = {}) {
    super(
      binding === "" ? message : `${binding}: ${message}`,
      "cause" in options ? { cause: options.cause } : undefined,
    );
    this.name = "BindingError";
    this.code = code;
    this.binding = binding;
    this.path = options.path ?? [];
  }
}

export interface BindingErrorOptions {
  readonly cause?: unknown;
  readonly path?: ReadonlyArray<string | number>;
}

/** What a raw export returns when it fails. Raw exports never throw. */
export type Failure = readonly [code: string, message: string, value?: string | undefined, cause?: unknown];

/** What a raw export returns. */
export type RawResult<Value> = Value | Failure;

/** An error that Rust returned as a value of a contract type. `code` is its variant, or the name of a struct. */
export type DeclaredError<Code extends string, Value> = BindingError & { readonly code: Code; readonly value: Value };

/** Makes the error of what Rust returned. */
export interface DeclaredErrorReader {
  /** From the JSON that Rust wrote. */
  fromJson(binding: string, message: string, text: string): Error;
}

/** The class of a declared error, for `instanceof`. */
export interface DeclaredErrorClass<Thrown extends BindingError> extends DeclaredErrorReader {
  new (binding: string, message: string, value: unknown): Thrown;
  readonly prototype: Thrown;
}

/** Makes the class of a declared error. */
export function declaredErrorClass<Thrown extends BindingError>(
  name: string,
  read: (value: unknown, depth: number) => unknown,
  parse: (text: string) => unknown,
  codeOf: (value: unknown) => string,
): DeclaredErrorClass<Thrown> {
  const made = class extends BindingError {
    readonly value: unknown;

    constructor(binding: string, message: string, value: unknown) {
      const code = codeOf(value);
      super(code, binding, message === "" ? code : message);
      this.name = name;
      this.value = value;
    }

    static fromJson(binding: string, message: string, text: string): Error {
      const value: unknown = read(parse(text), 0);
      if (value !== INVALID) return new made(binding, message, value);
      return new BindingError("invalid_result", binding, `error: ${takeIssue().message}`);
    }
  };
  Object.defineProperty(made, "name", { value: name });
  return made as unknown as DeclaredErrorClass<Thrown>;
}

/** The error of a call that failed. `result` is what the raw export returned instead of a value. */
export function failure(binding: string, result: unknown, declared?: DeclaredErrorReader): Error {
  if (!Array.isArray(result) || typeof result[0] !== "string") {
    return new BindingError("invalid_result", binding, "the addon returned a value of another type; build it again");
  }
  const [code, message, value, ...cause] = result as unknown as Failure;
  if (code === "declared" && declared !== undefined) return declared.fromJson(binding, message, value ?? "");
  return new BindingError(code, binding, message, cause.length > 0 ? { cause: cause[0] } : {});
}

/** An argument that its reader has checked. */
export function argument<Value>(value: Value | Invalid, binding: string, parameter: string): Value {
  if (value === INVALID) throw misfit(binding, parameter);
  return value;
}

/** The error of an argument that a reader refused. */
export function misfit(binding: string, parameter: string): BindingError {
  const { message, path } = takeIssue();
  const first = path[0];
  const inside = first === undefined ? ": " : typeof first === "number" || message.startsWith("[") ? "" : ".";
  return new BindingError("invalid_argument", binding, `${parameter}${inside}${message}`, {
    path: [parameter, ...path],
  });
}
