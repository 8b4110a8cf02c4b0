import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import type { ServePeer } from "../../../peer.ts";
import { router } from "../shared/trpc-router.ts";

/** tRPC over HTTP, in `Bun.serve`. */
export const serve: ServePeer = async () => {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (req) => fetchRequestHandler({ endpoint: "/trpc", req, router, createContext: () => ({}) }),
  });
  return { address: `http://127.0.0.1:${server.port}/trpc`, close: () => server.stop(true) };
};
