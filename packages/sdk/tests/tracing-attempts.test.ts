import { expect, test } from "bun:test";

import type { ReceivedSpan } from "../../../tests/support/otlp/received-span.ts";
import { traceTree } from "../../../tests/support/otlp/trace-tree.ts";
import { type Context, depends, endpoint, service, StatorError } from "../src/index.ts";
import { Traced } from "./support/traced.ts";

/** What the next calls do, in their order; when there is nothing left they answer. */
let plan: ((context: Context) => Promise<void>)[] = [];

const lost = async (): Promise<void> => {
  throw new StatorError("unavailable", "not now");
};

@service({ namespace: "attempts" })
class Worker {
  @endpoint({ idempotent: true, retry: { attempts: 3, baseMs: 1 } })
  async run(_request: null, context: Context): Promise<string> {
    await plan.shift()?.(context);
    return "done";
  }

  @endpoint({ idempotent: true })
  async *items(from: number, context: Context): AsyncGenerator<number> {
    for (let n = from; n < 4; n++) {
      if (n === 2) await plan.shift()?.(context);
      yield n;
    }
  }
}

@service({ namespace: "attempts" })
class Caller {
  worker = depends(Worker);
  hedged = depends(Worker, { retry: false, hedge: { afterMs: 1, budget: 1 } });
}

/** Attempts in their order. */
function attemptsOf(spans: readonly ReceivedSpan[]): ReceivedSpan[] {
  return spans.filter((span) => numberOf(span) > 0).toSorted((a, b) => numberOf(a) - numberOf(b));
}

/** Which attempt a span is; 0 for none. */
function numberOf({ attributes }: ReceivedSpan): number {
  return Number(attributes["stator.attempt.number"] ?? 0);
}

function told({ kind, status, attributes }: ReceivedSpan): unknown[] {
  return [kind, attributes["stator.attempt.reason"], status, attributes["rpc.status_code"] ?? null];
}

test("each retry is a call of its own, linked with the one before, and the whole is above them", async () => {
  await using traced = new Traced();
  const { worker } = await traced.object(Caller);
  plan = [lost, lost];
  expect(await worker.run()).toBe("done");
  const spans = await traced.receiver.until(7);
  const attempts = attemptsOf(spans);
  expect(attempts.map(told)).toEqual([
    ["client", "first", "error", "unavailable"],
    ["client", "retry", "error", "unavailable"],
    ["client", "retry", "unset", null],
  ]);
  expect(attempts.map((span) => span.links)).toEqual([[], [attempts[0]?.spanId ?? ""], [attempts[1]?.spanId ?? ""]]);
  expect(traceTree(spans, ({ status }) => status)).toEqual([
    "internal attempts.worker.run unset",
    "  client attempts.worker.run error",
    "    server attempts.worker.run error",
    "  client attempts.worker.run error",
    "    server attempts.worker.run error",
    "  client attempts.worker.run unset",
    "    server attempts.worker.run unset",
  ]);
});

test("a call that is made beside another one, which is left then", async () => {
  await using traced = new Traced();
  const { hedged } = await traced.object(Caller);
  plan = [({ signal }) => new Promise((resolve) => signal.addEventListener("abort", () => resolve()))];
  expect(await hedged.run()).toBe("done");
  const spans = await traced.receiver.until(5);
  const attempts = attemptsOf(spans);
  expect(attempts.map((span) => [span.attributes["stator.attempt.reason"], span.attributes["stator.left"]])).toEqual([
    ["first", true],
    ["hedge", undefined],
  ]);
});

test("a stream that goes on after its worker was lost", async () => {
  await using traced = new Traced();
  const { worker } = await traced.object(Caller);
  plan = [lost];
  const stream = worker.items(0, { resume: ({ last }) => (last ?? -1) + 1 });
  expect(await Array.fromAsync(stream)).toEqual([0, 1, 2, 3]);
  const spans = await traced.receiver.until(5);
  const attempts = attemptsOf(spans);
  expect(attempts.map((span) => [...told(span), span.attributes["stator.items"]])).toEqual([
    ["client", "first", "error", "unavailable", 2],
    ["client", "resume", "unset", null, 2],
  ]);
  const [whole] = spans.filter((span) => span.kind === "internal");
  expect(whole).toMatchObject({ status: "unset", attributes: { "stator.items": 4 } });
});
