import { Readable } from "node:stream";
import { ServiceBroker } from "moleculer";
import type { BrokerOptions } from "moleculer";
import type { Echo, StreamRequest, TokenItem } from "../../../messages.ts";
import { tokens } from "../../../messages.ts";
import type { PeerClient } from "../../../peer.ts";

/** Requests of Moleculer that take longer than this fail; it has no credit, so that its streams queue up. */
const REQUEST_TIMEOUT_MS = 60_000;

/** How brokers reach each other. */
export type Transporter = NonNullable<BrokerOptions["transporter"]>;

/** A broker as its documentation sets it up, without logs, metrics and validators. */
export function broker(nodeID: string, transporter: Transporter): ServiceBroker {
  return new ServiceBroker({
    nodeID,
    transporter,
    logger: false,
    requestTimeout: REQUEST_TIMEOUT_MS,
    validator: false,
    metrics: false,
    tracing: false,
  });
}

/** Starts the worker's side. */
export async function serveBroker(worker: ServiceBroker): Promise<void> {
  worker.createService({
    name: "worker",
    actions: {
      call: async (context: { params: Echo }): Promise<Echo> => context.params,
      stream: (context: { params: StreamRequest }): Readable =>
        Readable.from(tokens(context.params), { objectMode: true }),
    },
  });
  await worker.start();
}

/** Calls the worker; resolves when the brokers have found each other. */
export async function callBroker(caller: ServiceBroker): Promise<PeerClient> {
  await caller.start();
  await caller.waitForServices("worker", 10_000);
  return {
    call: (request) => caller.call<Echo, Echo>("worker.call", request),
    stream: (request) => items(caller, request),
    close: () => caller.stop(),
  };
}

async function* items(caller: ServiceBroker, request: StreamRequest): AsyncGenerator<TokenItem> {
  const stream = await caller.call<Readable, StreamRequest>("worker.stream", request);
  for await (const item of stream) yield item as TokenItem;
}
