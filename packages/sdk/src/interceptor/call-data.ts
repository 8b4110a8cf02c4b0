/** What goes through a call in one direction: one value, or a stream of them. */
export type CallData =
  | {
      /** It is one value. */
      readonly stream: false;
      /** The value. */
      readonly value: unknown;
    }
  | {
      /** It is a stream. */
      readonly stream: true;
      /** The values as they come; they can be read once. */
      readonly values: AsyncIterable<unknown>;
    };

/**
 * The same data with `change` applied to the value, or to each one of the stream as it passes. Backpressure and an early end
 * reach the source as before.
 */
export async function mapValues(data: CallData, change: (value: unknown, index: number) => unknown): Promise<CallData> {
  if (!data.stream) return { stream: false, value: await change(data.value, 0) };
  return { stream: true, values: mapped(data.values, change) };
}

async function* mapped(
  values: AsyncIterable<unknown>,
  change: (value: unknown, index: number) => unknown,
): AsyncGenerator {
  let index = 0;
  for await (const value of values) yield await change(value, index++);
}

/** How a call ended. */
export interface CallEnd {
  /** What it failed with; null if it did not. */
  readonly error: unknown;
  /** Items that have passed. */
  readonly items: number;
  /** Whether the reader left before the end. */
  readonly left: boolean;
}

/** Passes an answer on, and tells `over` once when the call has ended: with its one value, or with the end of its stream. */
export async function untilOver(answer: Promise<CallData>, over: (end: CallEnd) => void): Promise<CallData> {
  let data: CallData;
  try {
    data = await answer;
  } catch (error) {
    over({ error, items: 0, left: false });
    throw error;
  }
  if (data.stream) return { stream: true, values: watched(data.values, over) };
  over({ error: null, items: 1, left: false });
  return data;
}

async function* watched(values: AsyncIterable<unknown>, over: (end: CallEnd) => void): AsyncGenerator {
  let items = 0;
  let end: Omit<CallEnd, "items"> = { error: null, left: true };
  try {
    for await (const value of values) {
      items += 1;
      yield value;
    }
    end = { error: null, left: false };
  } catch (error) {
    end = { error, left: false };
    throw error;
  } finally {
    over({ ...end, items });
  }
}
