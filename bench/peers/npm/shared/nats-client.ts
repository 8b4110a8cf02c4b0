import { connect, createInbox } from "@nats-io/transport-node";
import type { Msg, NatsConnection } from "@nats-io/transport-node";
import type { Echo, StreamRequest, TokenItem } from "../../../messages.ts";
import { tokens } from "../../../messages.ts";
import type { ConnectPeer } from "../../../peer.ts";

/** Items after which a stream lets others have their turn: NATS has no credit of its own. */
const TURN = 256;

/** Answers a stream's request with a message for each item, and an empty one at the end. */
export async function answerStream(message: Pick<Msg, "json" | "respond">): Promise<void> {
  for await (const item of tokens(message.json<StreamRequest>())) {
    message.respond(JSON.stringify(item));
    if (item.index % TURN === TURN - 1) await new Promise(setImmediate);
  }
  message.respond("");
}

/** Calls through requests, and streams through an inbox for each. */
export const connectNats: ConnectPeer = async (address) => {
  const nats = await connect({ servers: address, noAsyncTraces: true });
  return {
    async call(request) {
      const reply = await nats.request("bench.call", JSON.stringify(request), { timeout: 60_000 });
      return reply.json<Echo>();
    },
    stream: (request) => items(nats, request),
    close: () => nats.close(),
  };
};

async function* items(nats: NatsConnection, request: StreamRequest): AsyncGenerator<TokenItem> {
  const reply = createInbox();
  const answers = nats.subscribe(reply);
  nats.publish("bench.stream", JSON.stringify(request), { reply });
  for await (const message of answers) {
    if (message.data.length === 0) return;
    yield message.json<TokenItem>();
  }
}
