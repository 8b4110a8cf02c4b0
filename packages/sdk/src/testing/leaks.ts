import type { CallRecord } from "./call-record.ts";
import type { RecordedCalls } from "./recorded-calls.ts";

/** Real time that methods have to end when their call is over, in milliseconds. */
const GRACE_MS = 1000;
const LOOK_MS = 2;

/** What has not ended when a cluster stops. */
export class LeakError extends Error {
  /** Always `LeakError`. */
  override readonly name = "LeakError";

  constructor(
    /** Calls that were open, and methods that went on after theirs was over. */
    readonly calls: readonly string[],
  ) {
    const lines = calls.map((each) => `  ${each}`).join("\n");
    super(
      `${calls.length} calls had not ended when the test did; await them, read their streams to the end, or leave them ` +
        `(break, cancel, abort):\n${lines}`,
    );
  }
}

/** Calls whose callers still wait for them. */
export function unfinished(calls: RecordedCalls): string[] {
  const open = calls.open().filter((each) => each.status === "running");
  return open.map((each) => `${String(each)}: nobody has read it to its end`);
}

/** Waits for methods whose call is over, and tells of those that go on. */
export async function goingOn(calls: RecordedCalls, isOurs: (call: CallRecord) => boolean): Promise<string[]> {
  const end = performance.now() + GRACE_MS;
  const open = (): CallRecord[] => calls.open().filter(isOurs);
  while (open().length > 0 && performance.now() < end) await Bun.sleep(LOOK_MS);
  return open().map(
    (each) => `${String(each)}: its method goes on, though its call is over; it should heed context.signal`,
  );
}
