import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { ETCD, serverBinary } from "./server-binary.ts";
import { LOOPBACK, type ServerPlace } from "./server-place.ts";
import { ServerProcess } from "./server-process.ts";

export interface EtcdOptions {
  /** Files of the server's certificate; without them it speaks plain text. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly clientCa?: string };
  /** Default loopback. */
  readonly place?: ServerPlace;
}

/** The files of a folder that `stator certs` made, for an etcd that lets in who has its certificates. */
export function guardedTls(folder: string): Required<NonNullable<EtcdOptions["tls"]>> {
  return { cert: join(folder, "cert.pem"), key: join(folder, "key.pem"), clientCa: join(folder, "ca.pem") };
}

/** One etcd, on loopback unless it is told another place, with its data in a folder of its own. */
export class Etcd implements AsyncDisposable {
  /** For `ETCD_ENDPOINTS`. */
  readonly endpoint: string;
  readonly process: ServerProcess;
  readonly #folder: string;

  private constructor(process: ServerProcess, endpoint: string, folder: string) {
    this.process = process;
    this.endpoint = endpoint;
    this.#folder = folder;
  }

  static async start(options: EtcdOptions = {}): Promise<Etcd> {
    const binary = await serverBinary(ETCD);
    const folder = mkdtempSync(join(tmpdir(), "stator-etcd-"));
    const scheme = options.tls === undefined ? "http" : "https";
    const { address, enter } = options.place ?? LOOPBACK;
    const client = `${scheme}://${address}:${freePort()}`;
    const peer = `http://127.0.0.1:${freePort()}`;
    const command = [
      ...[...enter, binary],
      ...["--name", "stator", "--data-dir", join(folder, "data"), "--log-level", "info"],
      ...["--listen-client-urls", client, "--advertise-client-urls", client],
      ...["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", `stator=${peer}`],
      // Old revisions may be compacted by tests; nothing else limits a development server.
      ...["--unsafe-no-fsync"],
    ];
    if (options.tls !== undefined) {
      command.push("--cert-file", options.tls.cert, "--key-file", options.tls.key);
      if (options.tls.clientCa !== undefined)
        command.push("--client-cert-auth", "--trusted-ca-file", options.tls.clientCa);
    }
    const process = new ServerProcess({
      name: "etcd",
      command,
      ready: /serving (insecure )?client (requests|traffic)/,
    });
    const etcd = new Etcd(process, client, folder);
    try {
      await process.start();
    } catch (error) {
      await etcd[Symbol.asyncDispose]();
      throw error;
    }
    return etcd;
  }

  /** Stops it if it runs, forgets everything that it knew, and starts it on the same port. */
  async wipe(): Promise<void> {
    await this.process.kill();
    rmSync(join(this.#folder, "data"), { recursive: true, force: true });
    await this.process.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
