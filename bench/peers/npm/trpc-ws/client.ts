import { createTRPCClient, createWSClient, wsLink } from "@trpc/client";
import type { ConnectPeer } from "../../../peer.ts";
import { ItemQueue } from "../../raw/item-queue.ts";
import type { TokenItem } from "../../../messages.ts";
import type { Router } from "../shared/trpc-router.ts";

export const connect: ConnectPeer = async (url) => {
  const socket = createWSClient({ url });
  const client = createTRPCClient<Router>({ links: [wsLink({ client: socket })] });
  return {
    call: (request) => client.echo.mutate(request),
    stream(request) {
      const queue = new ItemQueue<TokenItem>();
      client.items.subscribe(request, {
        onData: (item) => queue.push(item),
        onComplete: () => queue.end(),
        onError: (error) => {
          throw error;
        },
      });
      return queue;
    },
    close: async () => {
      await socket.close();
    },
  };
};
