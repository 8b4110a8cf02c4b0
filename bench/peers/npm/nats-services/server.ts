import { Svcm } from "@nats-io/services";
import { connect } from "@nats-io/transport-node";
import type { Echo } from "../../../messages.ts";
import type { ServePeer } from "../../../peer.ts";
import { answerStream } from "../shared/nats-client.ts";
import { natsServer } from "../shared/nats-server.ts";

/** The services of nats.js: as subscriptions, with discovery and statistics. */
export const serve: ServePeer = async () => {
  const { address, processes, stop } = await natsServer();
  const nats = await connect({ servers: address });
  const service = await new Svcm(nats).add({ name: "bench", version: "1.0.0" });
  const group = service.addGroup("bench");
  group.addEndpoint("call", (_, message) => {
    void handle(message.json<Echo>()).then((reply) => message.respond(JSON.stringify(reply)));
  });
  group.addEndpoint("stream", (_, message) => void answerStream(message));
  await nats.flush();
  return {
    address,
    processes,
    close: async () => {
      await service.stop();
      await nats.close();
      await stop();
    },
  };
};

async function handle(request: Echo): Promise<Echo> {
  return request;
}
