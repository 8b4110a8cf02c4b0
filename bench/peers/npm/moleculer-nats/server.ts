import type { ServePeer } from "../../../peer.ts";
import { broker, serveBroker } from "../shared/broker.ts";
import { natsServer } from "../shared/nats-server.ts";

/** Moleculer with NATS between the brokers; the server of NATS is the worker's. */
export const serve: ServePeer = async () => {
  const { address, processes, stop } = await natsServer();
  const worker = broker("worker", { type: "NATS", options: { url: address } });
  await serveBroker(worker);
  return {
    address,
    processes,
    close: async () => {
      await worker.stop();
      await stop();
    },
  };
};
