import { StatorError } from "@stator/sdk";

/** What `node:net` connects to. */
export type ZmtpAddress = { readonly host: string; readonly port: number } | { readonly path: string };

const TCP = /^tcp:\/\/(\[[^\]]+\]|[^:/]+):(\d+)$/;

/**
 * Reads `tcp://HOST:PORT` or `ipc://PATH`. A host of `*` is the address that somebody listens on: here it is loopback.
 *
 * @throws StatorError `invalid_argument` for anything else.
 */
export function zmtpAddress(endpoint: string): ZmtpAddress {
  if (endpoint.startsWith("ipc://") && endpoint.length > 6) return { path: endpoint.slice(6) };
  const [, host = "", port = ""] = TCP.exec(endpoint) ?? [];
  if (Number(port) >= 1 && Number(port) <= 65_535) {
    return { host: host === "*" ? "127.0.0.1" : host.replace(/^\[|\]$/g, ""), port: Number(port) };
  }
  throw new StatorError(
    "invalid_argument",
    `${JSON.stringify(endpoint)} is no address like tcp://127.0.0.1:5557 or ipc:///path.`,
  );
}
