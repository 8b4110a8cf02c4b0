import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { NATS, serverBinary } from "./server-binary.ts";
import { LOOPBACK, type ServerPlace } from "./server-place.ts";
import { ServerProcess } from "./server-process.ts";

export interface NatsOptions {
  /** Further arguments, such as `["--auth", "token"]`. */
  readonly arguments?: readonly string[];
  /** Default loopback. */
  readonly place?: ServerPlace;
  /** Whether it has JetStream. Default true. */
  readonly jetstream?: boolean;
  /** A folder that `stator certs` made: only who has its certificates and its token gets in. */
  readonly security?: string;
}

/** One NATS server, on loopback unless it is told another place, with its data in a folder of its own. */
export class Nats implements AsyncDisposable {
  /** For `NATS_SERVER`. */
  readonly url: string;
  readonly process: ServerProcess;
  readonly #folder: string;

  private constructor(process: ServerProcess, url: string, folder: string) {
    this.process = process;
    this.url = url;
    this.#folder = folder;
  }

  static async start(options: NatsOptions = {}): Promise<Nats> {
    const binary = await serverBinary(NATS);
    const folder = mkdtempSync(join(tmpdir(), "stator-nats-"));
    const port = freePort();
    const { address, enter } = options.place ?? LOOPBACK;
    const command = [
      ...[...enter, binary],
      ...["--addr", address, "--port", String(port), "--store_dir", folder],
      ...(options.jetstream === false ? [] : ["--jetstream"]),
      ...(options.security === undefined ? [] : guard(options.security)),
      ...(options.arguments ?? []),
    ];
    const process = new ServerProcess({ name: "nats-server", command, ready: /Server is ready/ });
    const nats = new Nats(process, `nats://${address}:${port}`, folder);
    try {
      await process.start();
    } catch (error) {
      await nats[Symbol.asyncDispose]();
      throw error;
    }
    return nats;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function guard(folder: string): string[] {
  const file = (name: string) => join(folder, name);
  const tls = ["--tlscert", file("cert.pem"), "--tlskey", file("key.pem"), "--tlscacert", file("ca.pem")];
  return ["--tlsverify", ...tls, "--auth", readFileSync(file("token"), "utf8").trim()];
}
