import type { Echo, StreamRequest } from "../../messages.ts";
import { tokens } from "../../messages.ts";
import type { ServePeer } from "../../peer.ts";

/** `Bun.serve`: JSON there and back, streams as lines of JSON. */
export const serve: ServePeer = async () => {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    routes: {
      "/call": async (request) => Response.json((await request.json()) as Echo),
      "/stream": async (request) => lines((await request.json()) as StreamRequest),
    },
  });
  return { address: `http://127.0.0.1:${server.port}`, close: () => server.stop(true) };
};

/** What the generator yields in one turn leaves together. */
function lines(request: StreamRequest): Response {
  let scheduled = false;
  let ended = false;
  const body = new ReadableStream({
    type: "direct",
    async pull(controller: ReadableStreamDirectController) {
      for await (const item of tokens(request)) {
        await controller.write(`${JSON.stringify(item)}\n`);
        if (scheduled) continue;
        scheduled = true;
        setImmediate(() => {
          scheduled = false;
          if (!ended) void controller.flush();
        });
      }
      ended = true;
      controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": "application/x-ndjson" } });
}
