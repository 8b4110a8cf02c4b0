import { createClient } from "@connectrpc/connect";
import type { Client } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import type { StreamRequest, TokenItem } from "../../../messages.ts";
import type { ConnectPeer } from "../../../peer.ts";
import { Worker } from "../generated/worker_pb.ts";

export const connect: ConnectPeer = async (address) => {
  const client = createClient(Worker, createConnectTransport({ baseUrl: address, httpVersion: "2" }));
  return {
    async call(request) {
      const { seq, text } = await client.call(request);
      return { seq, text };
    },
    stream: (request) => items(client, request),
    close: async () => {},
  };
};

/** The names of the workload, not those of protobuf. */
async function* items(client: Client<typeof Worker>, request: StreamRequest): AsyncGenerator<TokenItem> {
  for await (const { index, tokenId, text, finishReason } of client.stream(request)) {
    yield { index, token_id: tokenId, text, finish_reason: finishReason ?? null };
  }
}
