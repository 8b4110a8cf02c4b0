import { existsSync } from "node:fs";
import { join } from "node:path";

import { upstreamWheel } from "../scripts/lib/upstream/upstream-wheel.ts";
import { loopback } from "../scripts/lib/upstream/loopback.ts";
import { cargoPeer } from "./cargo-peer.ts";
import { peerFolder } from "./peer-list.ts";

/** How a process of a peer is started. */
export interface PeerCommand {
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Its errors are shown; the original's client writes a line for each call there, which nobody wants. */
  readonly stderr: "inherit" | "ignore";
}

/**
 * A process of the peer with that name. A folder with `server.py` and `client.py` runs on the published wheel of the
 * original, which is installed when it is not there; a Cargo package is built; any other runs in Bun.
 *
 * @param folder an empty folder that both processes may use.
 */
export async function peerCommand(
  peer: string,
  role: "server" | "client",
  folder: string,
  argv: readonly string[],
): Promise<PeerCommand> {
  const discovery = join(folder, "discovery");
  const code = peerFolder(peer);
  const python = join(code, `${role}.py`);
  if (existsSync(python)) {
    const wheel = await upstreamWheel();
    const environment = { ...loopback(wheel.version, discovery), ...wheel.environment };
    return { argv: [wheel.python, python, ...argv], environment, stderr: "ignore" };
  }
  if (existsSync(join(code, "Cargo.toml"))) {
    return { argv: [await cargoPeer(peer, code), role, ...argv], environment: {}, stderr: "inherit" };
  }
  return {
    argv: [process.execPath, join(import.meta.dir, `${role}-process.ts`), code, ...argv],
    environment: { BENCH_FOLDER: folder, DYN_DISCOVERY_BACKEND: "file", DYN_FILE_KV: discovery },
    stderr: "inherit",
  };
}
