import { freePort } from "../../../../scripts/lib/servers/free-port.ts";
import type { ServePeer } from "../../../peer.ts";
import { broker, serveBroker, type Transporter } from "../shared/broker.ts";
import { listenOnLoopback } from "./listen-on-loopback.ts";

/** Moleculer with its own TCP transporter; the addresses are given, so that nothing is sent to the network. */
export const serve: ServePeer = async () => {
  listenOnLoopback();
  const ports = { worker: freePort(), caller: freePort() };
  const worker = broker("worker", transporter("worker", ports));
  await serveBroker(worker);
  return { address: JSON.stringify(ports), close: () => worker.stop() };
};

/** How the brokers know each other. */
export function transporter(self: "worker" | "caller", ports: Record<"worker" | "caller", number>): Transporter {
  const urls = Object.entries(ports)
    .map(([name, port]) => `127.0.0.1:${port}/${name}`)
    .join(",");
  return { type: "TCP", options: { udpDiscovery: false, port: ports[self], urls, useHostname: false } };
}
