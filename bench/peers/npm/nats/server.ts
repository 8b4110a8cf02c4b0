import { connect } from "@nats-io/transport-node";
import type { Echo } from "../../../messages.ts";
import type { ServePeer } from "../../../peer.ts";
import { answerStream } from "../shared/nats-client.ts";
import { natsServer } from "../shared/nats-server.ts";

/** Subscriptions of nats.js, with JSON. */
export const serve: ServePeer = async () => {
  const { address, processes, stop } = await natsServer();
  const nats = await connect({ servers: address });
  nats.subscribe("bench.call", {
    callback: (_, message) => void handle(message.json<Echo>()).then((reply) => message.respond(JSON.stringify(reply))),
  });
  nats.subscribe("bench.stream", { callback: (_, message) => void answerStream(message) });
  await nats.flush();
  return {
    address,
    processes,
    close: async () => {
      await nats.close();
      await stop();
    },
  };
};

async function handle(request: Echo): Promise<Echo> {
  return request;
}
