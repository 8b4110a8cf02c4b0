import { createTRPCClient, httpBatchStreamLink } from "@trpc/client";
import type { StreamRequest, TokenItem } from "../../../messages.ts";
import type { ConnectPeer } from "../../../peer.ts";
import type { Router } from "../shared/trpc-router.ts";

/** The link of tRPC that puts calls of one turn into one request, and streams the answers. */
export const connect: ConnectPeer = async (url) => {
  const client = createTRPCClient<Router>({ links: [httpBatchStreamLink({ url })] });
  async function* items(request: StreamRequest): AsyncGenerator<TokenItem> {
    yield* await client.stream.query(request);
  }
  return { call: (request) => client.echo.mutate(request), stream: items, close: async () => {} };
};
