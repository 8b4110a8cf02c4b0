import { BindingError, type DeclaredErrorReader, failure } from "./binding-error.ts";
import { describe } from "./failure.ts";
import type { InternalExports } from "./native-addon.ts";

type Place = { readonly raw: InternalExports; readonly number: number };

/** Objects that nobody closed. Runs in a turn of the event loop, unlike a finalizer of Node-API. */
const forgotten = new FinalizationRegistry<Place>(({ raw, number }) => raw["stator.close"](number));

/** `structuredClone` and spreading would make an empty object of a native one without a word; this makes them fail. */
const uncopyable: PropertyDescriptor & ThisType<NativeObject> = {
  enumerable: true,
  get() {
    return refuse(this, "copied or sent");
  },
};

let numberOfObject: (object: NativeObject, binding: string) => number;
let enter: (object: NativeObject) => () => void;

/**
 * An object that lives in Rust. It has no data here: it cannot be copied, sent to a worker or written as JSON.
 *
 * `close()` drops it at once. Without, that happens some time after it was collected.
 */
export abstract class NativeObject implements Disposable, AsyncDisposable {
  readonly #place: Place;
  #isClosed = false;
  #running = 0;
  #idle: PromiseWithResolvers<void> | null = null;

  static {
    numberOfObject = (object, binding) => {
      if (typeof object !== "object" || object === null || !(#place in object)) {
        throw new BindingError(
          "invalid_argument",
          binding,
          `this: expected an object of Rust, got ${describe(object)}`,
        );
      }
      if (object.#isClosed) {
        throw new BindingError("closed", binding, `this ${object.constructor.name} is closed`);
      }
      return object.#place.number;
    };
    enter = (object) => {
      object.#running++;
      return () => {
        if (--object.#running === 0) object.#idle?.resolve();
      };
    };
  }

  protected constructor(raw: InternalExports, number: number) {
    this.#place = { raw, number };
    forgotten.register(this, this.#place, this);
    Object.defineProperty(this, "[native]", uncopyable);
  }

  /** Drops the object in Rust. Calls that are running go on; the last of them drops it. Harmless a second time. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    forgotten.unregister(this);
    const result = this.#place.raw["stator.close"](this.#place.number);
    if (result !== undefined) throw failure(`${this.constructor.name}.close`, result);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Closes it and waits for the calls that are running. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    if (this.#running === 0) return;
    this.#idle ??= Promise.withResolvers();
    await this.#idle.promise;
  }

  toJSON(): never {
    return refuse(this, "written as JSON");
  }
}

function refuse(object: NativeObject, what: string): never {
  const sentence = `an object that lives in Rust cannot be ${what}; take values out of it`;
  throw new BindingError("invalid_argument", object.constructor.name, sentence);
}

/** The number of the object that a method was called on. */
export function numberOf(object: NativeObject, binding: string): number {
  return numberOfObject(object, binding);
}

/** A class of such objects; its constructor may be private. */
// oxlint-disable-next-line typescript/no-unsafe-function-type -- nothing calls it, and no other type has private constructors
type NativeClass<Object> = Function & { readonly prototype: Object };

/** An argument that is an object of a class. */
export function objectArgument<Object extends NativeObject>(
  value: Object,
  type: NativeClass<Object>,
  binding: string,
  parameter: string,
): number {
  if (!(value instanceof type)) {
    throw new BindingError(
      "invalid_argument",
      binding,
      `${parameter}: expected a ${type.name}, got ${describe(value)}`,
      {
        path: [parameter],
      },
    );
  }
  return numberOfObject(value, binding);
}

/** The number of a new object. */
export function newObject(binding: string, result: unknown, declared?: DeclaredErrorReader): number {
  if (typeof result === "number") return result;
  throw failure(binding, result, declared);
}

/** An object that a function of Rust made, without running the constructor of its class. */
export function adopt<Object extends NativeObject>(
  type: NativeClass<Object>,
  raw: InternalExports,
  number: number,
): Object {
  return Reflect.construct(NativeObject, [raw, number], type) as Object;
}

/** Counts a call that runs on the addon's threads, for disposal. */
export async function whileRunning<Result>(object: NativeObject, run: Promise<Result>): Promise<Result> {
  const leave = enter(object);
  try {
    return await run;
  } finally {
    leave();
  }
}
