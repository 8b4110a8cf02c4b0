import { makeCertificates } from "@stator/runtime-native";

import { type CliCommand, flag, listOption, numberOption, textOption } from "../cli-command.ts";
import { printLines } from "../command-output.ts";

interface CertsOptions {
  readonly name?: string[];
  readonly ca?: string;
  readonly days?: number;
  readonly force?: true;
}

const MAX_DAYS = 3650;

/** `stator certs` */
export const certsCommand: CliCommand<CertsOptions> = {
  usage: "certs [folder]",
  summary: "makes certificates and a token for development",
  options: [
    listOption("--name <host>", "another name or IP address that the certificate is for; may be given several times"),
    textOption(
      "--ca <folder>",
      "sign with the authority of that folder, and take over its token: for another machine of the cluster",
    ),
    numberOption("--days <number>", `how long the certificates are valid, 1 to ${MAX_DAYS} (default 365)`, 1, MAX_DAYS),
    flag("--force", "overwrite what is there"),
  ],
  takesServiceOptions: false,
  more: `Makes what it takes to encrypt everything between the processes of one cluster, in a folder (default stator-certs):
a certificate authority (ca.pem, ca-key.pem), a certificate for callers and workers (cert.pem, key.pem), and a token.
The certificate is for localhost, 127.0.0.1 and ::1. Only you may read the files.

  STATOR_SECURITY=stator-certs stator serve app.ts#App

For development, and for clusters without an authority of their own: ca-key.pem signs whatever it is asked to, so keep it
where the certificates are made, and copy only the other files.`,
  async run({ positionals: [folder = "stator-certs"], options: { name = [], ca, days = 365, force = false } }) {
    printLines(makeCertificates({ folder, names: name, days, force, authority: ca ?? null }));
    process.stderr.write(`Use them with STATOR_SECURITY=${folder}, on every process of the cluster.\n`);
    return 0;
  },
};
