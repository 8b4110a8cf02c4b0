import type { AddressInfo } from "node:net";
import { applyWSSHandler } from "@trpc/server/adapters/ws";
import { WebSocketServer } from "ws";
import type { ServePeer } from "../../../peer.ts";
import { router } from "../shared/trpc-router.ts";

/** tRPC over a WebSocket, with the server that its documentation names. */
export const serve: ServePeer = async () => {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await new Promise<void>((listening) => void server.once("listening", listening));
  const handler = applyWSSHandler({ wss: server, router });
  const { port } = server.address() as AddressInfo;
  return {
    address: `ws://127.0.0.1:${port}`,
    close: async () => {
      handler.broadcastReconnectNotification();
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
};
