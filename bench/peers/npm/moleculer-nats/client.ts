import type { ConnectPeer } from "../../../peer.ts";
import { broker, callBroker } from "../shared/broker.ts";

export const connect: ConnectPeer = (address) =>
  callBroker(broker("caller", { type: "NATS", options: { url: address } }));
