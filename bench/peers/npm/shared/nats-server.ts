import { Nats } from "../../../../scripts/lib/servers/nats.ts";

/** A nats-server of the worker's own: its address, the process to count, and what ends it. */
export async function natsServer(): Promise<{ address: string; processes: number[]; stop: () => Promise<void> }> {
  const nats = await Nats.start({ jetstream: false });
  const { pid } = nats.process;
  return { address: nats.url, processes: pid === null ? [] : [pid], stop: () => nats[Symbol.asyncDispose]() };
}
