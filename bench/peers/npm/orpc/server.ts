import { RPCHandler } from "@orpc/server/fetch";
import type { ServePeer } from "../../../peer.ts";
import { router } from "./router.ts";

/** oRPC over HTTP, in `Bun.serve`; streams are server-sent events. */
export const serve: ServePeer = async () => {
  const handler = new RPCHandler(router);
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const { matched, response } = await handler.handle(request, { prefix: "/rpc", context: {} });
      return matched ? response : new Response(null, { status: 404 });
    },
  });
  return { address: `http://127.0.0.1:${server.port}/rpc`, close: () => server.stop(true) };
};
