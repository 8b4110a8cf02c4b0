/** Compiled, never run: the types of events. */
import { z } from "zod";

import {
  DistributedRuntime,
  type EventScope,
  type JsonValue,
  type PublishedEvent,
  type Subscription,
} from "../src/index.ts";

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the known way to compare types exactly
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

function is<A, B>(..._same: Same<A, B> extends true ? [] : [never]): void {}

export async function surface(): Promise<void> {
  await using runtime = await DistributedRuntime.create({ eventPlane: "nats", natsServer: "nats://127.0.0.1:4222" });
  const component = runtime.namespace("a").component("b");
  const scopes: EventScope[] = [runtime.namespace("a"), component, component.endpoint("c"), runtime.endpoint("a.b.c")];
  const scope = scopes[0] as EventScope;

  const plain = scope.subscribe("topic");
  is<typeof plain, Subscription<JsonValue>>();
  const typed = scope.subscribe<{ load: number }>("topic", { capacity: 5, signal: AbortSignal.timeout(5) });
  is<typeof typed, Subscription<{ load: number }>>();
  const checked = scope.subscribe("topic", { schema: z.object({ load: z.coerce.number() }) });
  is<typeof checked, Subscription<{ load: number }>>();
  for await (const event of checked) {
    is<typeof event, PublishedEvent<{ load: number }>>();
    is<typeof event.sequence, bigint>();
    is<typeof event.publisherId, bigint>();
    is<typeof event.publishedAt, number>();
  }
  is<ReturnType<typeof scope.publish>, Promise<void>>();

  // @ts-expect-error -- no such option
  scope.subscribe("topic", { size: 5 });
  // @ts-expect-error -- no schema
  scope.subscribe("topic", { schema: {} });
  // @ts-expect-error -- a topic is text
  await scope.publish(5, 5);
  // @ts-expect-error -- no such plane
  await DistributedRuntime.create({ eventPlane: "redis" });
  // @ts-expect-error -- events are not changed
  for await (const event of typed) event.payload = { load: 1 };
}
