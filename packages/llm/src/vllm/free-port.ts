import { createServer } from "node:net";

import { StatorError } from "@stator/sdk";

/**
 * `port` of loopback, or a free one for 0.
 *
 * @throws StatorError `address_in_use` if somebody listens there.
 */
export async function freePort(port: number): Promise<number> {
  const server = createServer();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen({ host: "127.0.0.1", port, exclusive: true }, resolve);
  try {
    await promise;
  } catch (cause) {
    throw new StatorError(
      "address_in_use",
      `Port ${port} of loopback is taken; choose another with serve.port, 0 for any.`,
      { cause },
    );
  }
  const address = server.address();
  const closed = Promise.withResolvers<void>();
  server.close(() => closed.resolve());
  await closed.promise;
  return typeof address === "object" && address !== null ? address.port : port;
}
