import { createServer } from "node:net";

/**
 * The port that workers can share: `port` itself if nobody has it, any free one for 0.
 *
 * Processes that share a port do not notice a stranger who shares it too, so it is asked for exclusively first.
 */
export async function freePort(host: string, port: number): Promise<number> {
  const server = createServer();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen({ host, port, exclusive: true }, resolve);
  try {
    await promise;
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === "EADDRINUSE" ? "is in use" : "cannot be opened";
    throw new Error(`Port ${port} on ${host} ${why}; choose another with --port.`, { cause: error });
  }
  const address = server.address();
  const closed = Promise.withResolvers<void>();
  server.close(() => closed.resolve());
  await closed.promise;
  return typeof address === "object" && address !== null ? address.port : port;
}
