import type { ConnectPeer } from "../../../peer.ts";
import { broker, callBroker } from "../shared/broker.ts";
import { listenOnLoopback } from "./listen-on-loopback.ts";
import { transporter } from "./server.ts";

export const connect: ConnectPeer = (address) => {
  listenOnLoopback();
  const ports = JSON.parse(address) as Record<"worker" | "caller", number>;
  return callBroker(broker("caller", transporter("caller", ports)));
};
