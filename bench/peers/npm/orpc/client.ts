import { createORPCClient } from "@orpc/client";
import { RPCLink } from "@orpc/client/fetch";
import type { RouterClient } from "@orpc/server";
import type { StreamRequest, TokenItem } from "../../../messages.ts";
import type { ConnectPeer } from "../../../peer.ts";
import type { router } from "./router.ts";

export const connect: ConnectPeer = async (url) => {
  const client: RouterClient<typeof router> = createORPCClient(new RPCLink({ url }));
  async function* items(request: StreamRequest): AsyncGenerator<TokenItem> {
    yield* await client.stream(request);
  }
  return { call: (request) => client.call(request), stream: items, close: async () => {} };
};
