/** Type tests: `tsc` checks this file, nothing runs it. Each `@ts-expect-error` is a mistake that users are told of. */
import {
  addLater,
  addNumbers,
  ask,
  BindingError,
  type BindingErrorCode,
  Config,
  Counter,
  type counterOrNone,
  countThenFail,
  countTo,
  type divide,
  DivideErrorException,
  echoBytes,
  echoMap,
  echoOptional,
  echoReserved,
  echoSettings,
  type fibonacci,
  merge,
  NativeObject,
  type NativeStream,
  type openDoor,
  type Progress,
  type Settings,
  withProgress,
} from "./generated/index.ts";

/** `true` where the types are the same; `any` is the same as nothing. */
type Same<A, B> = 0 extends 1 & A ? false : [A] extends [B] ? ([B] extends [A] ? true : false) : false;
const checked: boolean[] = [];
function same<A, B>(expected: Same<A, B>): void {
  checked.push(expected);
}

// Results have the types of Rust.
same<ReturnType<typeof addNumbers>, number>(true);
same<ReturnType<typeof fibonacci>, bigint>(true);
same<ReturnType<typeof echoSettings>, Settings>(true);
same<ReturnType<typeof echoBytes>, Uint8Array>(true);
same<ReturnType<typeof addLater>, Promise<number>>(true);
same<ReturnType<typeof openDoor>, Promise<void>>(true);
same<ReturnType<typeof countTo>, NativeStream<bigint>>(true);
same<ReturnType<typeof counterOrNone>, Counter | null>(true);
same<Awaited<ReturnType<typeof Counter.createLater>>, Counter>(true);

// Wide integers come as bigint and may be given as numbers too.
same<Parameters<typeof divide>[0], number | bigint>(true);
// @ts-expect-error a small integer is a number
addNumbers(1n, 2);
// @ts-expect-error text is not a number
addNumbers("1", 2);
// @ts-expect-error both are needed
addNumbers(1);
// @ts-expect-error a Map is not taken
echoMap(new Map([["a", 1]]));
// @ts-expect-error a list of numbers is not bytes
echoBytes([1, 2, 3]);

// An Option at the end may be left out, one in the middle has to be written.
echoOptional();
echoOptional(null);
echoReserved(1, 2, undefined, 4, 5, 6);
// @ts-expect-error too few
echoReserved(1, 2);

// Defaults may be missing, nothing else may.
echoSettings({ name: "n", values: [], metadata: {}, serial: 1 });
// @ts-expect-error serial is required
echoSettings({ name: "n", values: [], metadata: {} });

// Callbacks know what they get and what they owe.
void withProgress(3, (progress) => same<typeof progress, Progress>(true));
void ask("?", (question) => question.length);
void ask("?", async (question) => question.length);
// @ts-expect-error the answer is a number
void ask("?", (question) => question);
// Every call on other threads can be given up.
void addLater(1, 2, new AbortController().signal);
// @ts-expect-error a synchronous one cannot
addNumbers(1, 2, new AbortController().signal);

// Errors narrow by class, then by code.
function explain(error: unknown): string {
  if (error instanceof DivideErrorException) {
    same<typeof error.code, "by_zero" | "too_large">(true);
    if (error.code === "too_large") {
      same<typeof error.value, { code: "too_large"; dividend: bigint }>(true);
      return String(error.value.dividend);
    }
    same<typeof error.value.code, "by_zero">(true);
    return error.binding;
  }
  if (error instanceof BindingError) {
    same<typeof error.code, BindingErrorCode | (string & {})>(true);
    return error.code;
  }
  return "";
}
checked.push(explain(null) === "");
void (async () => {
  for await (const item of countThenFail(1)) same<typeof item, number>(true);
  await using stream = countTo(3);
  same<typeof stream, NativeStream<bigint>>(true);
});

// Objects are of their class.
const counter = new Counter(1);
const base: NativeObject = counter;
merge(counter, counter);
// @ts-expect-error another class
merge(counter, new Config("n"));
// @ts-expect-error an object that looks like one
merge(counter, { getValue: () => 1n });
// @ts-expect-error not offered
counter.notForJavascript();
// @ts-expect-error a class for others to extend
checked.push(new NativeObject() === base);

// What a getter returns is a copy, so it cannot be changed.
const config = new Config("n");
same<typeof config.values, readonly number[]>(true);
config.values = [...config.values, 1];
config.values = config.values.slice();
// @ts-expect-error nothing would come of it
config.values.push(1);
// @ts-expect-error nothing would come of it
config.metadata["key"] = "value";
