import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { tokens } from "../../../messages.ts";
import type { ServePeer } from "../../../peer.ts";
import { Worker } from "../generated/worker_pb.ts";

/** Connect on HTTP/2 without TLS, with its own protocol. */
export const serve: ServePeer = async () => {
  const handler = connectNodeAdapter({
    routes: (router) =>
      router.service(Worker, {
        call: async (request) => request,
        async *stream(request) {
          for await (const { index, token_id: tokenId, text } of tokens({ items: request.items })) {
            yield { index, tokenId, text };
          }
        },
      }),
  });
  const server = createServer(handler);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}`, close: async () => void server.close() };
};
