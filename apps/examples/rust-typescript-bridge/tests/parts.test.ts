/** What each part must show, whatever docs/bridge.md says that it has shown. */
import { expect, test } from "bun:test";
import { join } from "node:path";

const shown: readonly [part: string, ...lines: readonly string[]][] = [
  ["1-crossing", "bigint  12200160415121876738n", "bytes   6 (lent, not copied)"],
  [
    "2-what-is-checked",
    "| `addNumbers(2147483648, 0)` | `-2147483648` | `-2147483648` | `throws BindingError invalid_argument",
    "| a panic | the process ends | the process ends | `throws BindingError internal",
  ],
  [
    "3-classes",
    "fibonacci(94)     throws BindingError failed",
    "instanceof        true false",
    "structuredClone   throws BindingError",
    "after close       throws BindingError closed",
    "while it runs     1 throws BindingError busy",
    "it was awaited    3",
  ],
  [
    "3-copies",
    "napi alone:   [] {}",
    'by setters:   [ 1 ] { color: "red" }',
    'as before:    checked [ 1 ] { color: "red" }',
  ],
  [
    "4-event-loop",
    "sync:     turns of the event loop meanwhile: 0",
    "blocking: turns of the event loop meanwhile: more than 0",
    "the same result: true",
  ],
  [
    "4-threads",
    "a sync call runs on JavaScript's thread:   true",
    "a blocking call runs on another one:       true",
    "the call has returned, step 1, step 2, step 3",
  ],
  ["4-tokio", "over TCP and back", "turns of the event loop meanwhile: more than 0"],
  [
    "5-promises",
    "error:   throws DivideErrorException by_zero",
    "cause:   callback_failed true",
    "abort:   throws BindingError cancelled",
    "in Rust: 1 begun, 1 stopped",
  ],
  ["5-streams", "read, then break: 5 made: at most 16 more", "made afterwards: 0", "a second loop:  0 items"],
  [
    "5-bytes",
    "&[u8], sync:           0 copies",
    "&[u8], blocking:       1 copy",
    "held by napi:          15",
    "written by Rust:       [ 7, 7, 7 ]",
  ],
];

test.each(shown)("%s", async (part, ...lines) => {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "..", "parts", `${part}.ts`)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [printed, errors] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  expect(await child.exited, errors).toBe(0);
  for (const line of lines) expect(printed).toContain(line);
});
