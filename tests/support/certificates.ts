import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Command } from "./command.ts";

const STATOR = "packages/sdk/src/cli/stator.ts";

/** Folders with certificates, made by `stator certs`; they go away with this. */
export class Certificates implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "stator-certs-"));

  /** The folder of that name, with an authority of its own unless the arguments name one. */
  async make(name: string, ...argv: string[]): Promise<string> {
    const folder = join(this.#folder, name);
    await using made = new Command([STATOR, "certs", folder, ...argv], {});
    const code = await made.exited;
    if (code !== 0) throw new Error(`stator certs ended with ${code}`);
    return folder;
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The original's settings for TLS on both sides with the files of a folder. */
export function upstreamTls(folder: string): Record<string, string> {
  const [ca, cert, key] = ["ca.pem", "cert.pem", "key.pem"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  return {
    DYN_TCP_TLS_CA_CERT_PATH: ca,
    DYN_TCP_TLS_CERT_PATH: cert,
    DYN_TCP_TLS_KEY_PATH: key,
    DYN_TCP_TLS_CLIENT_CA_CERT_PATH: ca,
    DYN_TCP_TLS_CLIENT_CERT_PATH: cert,
    DYN_TCP_TLS_CLIENT_KEY_PATH: key,
  };
}
