import type { Echo, StreamRequest, TokenItem } from "../../messages.ts";
import type { ConnectPeer } from "../../peer.ts";

/** `fetch`, with its own pool of connections. */
export const connect: ConnectPeer = async (address) => ({
  async call(request) {
    const response = await fetch(`${address}/call`, { method: "POST", body: JSON.stringify(request) });
    return (await response.json()) as Echo;
  },
  stream: (request) => items(`${address}/stream`, request),
  close: async () => {},
});

async function* items(url: string, request: StreamRequest): AsyncGenerator<TokenItem> {
  const response = await fetch(url, { method: "POST", body: JSON.stringify(request) });
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of response.body ?? []) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line) as TokenItem;
  }
}
