import { expect, test } from "bun:test";

import { Pulse } from "./pulse.ts";

test("is lost when nothing is felt any more, once", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let lost = 0;
  const pulse = new Pulse(20, () => {
    lost += 1;
    resolve();
  });
  pulse.felt();
  await promise;
  expect(lost).toBe(1);
});

test("is not watched before it was felt, after it was stopped, or without a limit", async () => {
  const lost: string[] = [];
  const watched = (name: string, limitMs: number) => new Pulse(limitMs, () => lost.push(name));
  watched("never felt", 4);
  watched("no limit", 0).felt();
  const stopped = watched("stopped", 4);
  stopped.felt();
  stopped.stop();
  const last = Promise.withResolvers<void>();
  new Pulse(40, last.resolve).felt();
  await last.promise;
  expect(lost).toEqual([]);
});
