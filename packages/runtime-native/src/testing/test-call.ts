import type { TestBed } from "./test-bed.ts";

/** What travels with the calls of a runtime that has a test bed, in their metadata; nobody sees it at the other end. */
const CALLER = "stator-test-caller";
const DEADLINE = "stator-test-deadline";
const NUMBER = "stator-test-number";

type Metadata = Readonly<Record<string, string>>;

/** The end of a call by a clock that the core does not have. */
export interface TestDeadline {
  /** In milliseconds since the epoch. */
  readonly at: number;
  /** That of {@link Arrivals}. */
  readonly number: number;
}

/** A call as it arrives. */
export interface OpenedCall {
  /** JSON; empty for none. */
  readonly metadata: string;
  /** In milliseconds since the epoch, by the clock that counts; null for none. */
  readonly deadline: number | null;
  /** The name of the test bed that it comes from; null for none. */
  readonly caller: string | null;
}

/** The metadata with what the other end is to know. */
export function packCall({ name }: TestBed, metadata: Metadata | undefined, deadline: TestDeadline | null): Metadata {
  const packed = { ...metadata, [CALLER]: name };
  return deadline === null ? packed : { ...packed, [DEADLINE]: String(deadline.at), [NUMBER]: String(deadline.number) };
}

/** What the other end knows of it. `timeoutMs`: the time that is left as the core says. */
export function unpackCall(
  { clock, arrivals }: TestBed,
  metadata: string,
  timeoutMs: number | null,
  instanceId: bigint,
): OpenedCall {
  const own = timeoutMs === null ? null : clock.now() + timeoutMs;
  if (metadata === "") return { metadata, deadline: own, caller: null };
  const said = JSON.parse(metadata) as Record<string, string>;
  const { [CALLER]: caller = null, [DEADLINE]: deadline, [NUMBER]: number, ...rest } = said;
  if (number !== undefined) arrivals.arrived(Number(number), instanceId);
  return {
    metadata: Object.keys(rest).length === 0 ? "" : JSON.stringify(rest),
    deadline: deadline === undefined ? own : Number(deadline),
    caller,
  };
}
