import { diagnose } from "../../doctor/diagnose.ts";
import { type CliCommand, DISCOVERY_OPTIONS, JSON_OPTION, numberOption } from "../cli-command.ts";
import { printJson, printLines } from "../command-output.ts";
import { discoveryEnvironment } from "../serve-options.ts";

interface DoctorOptions {
  readonly port?: number;
  readonly discovery?: string;
  readonly filePath?: string;
  readonly json?: true;
}

const MARKS = { ok: "ok     ", warning: "warning", failed: "FAILED " } as const;

/** `stator doctor` */
export const doctorCommand: CliCommand<DoctorOptions> = {
  usage: "doctor",
  summary: "checks what services need on this machine, and says how to mend it",
  options: [
    numberOption("--port <port>", "HTTP port that is to be free (default 8000; environment DYN_HTTP_PORT)", 1, 65_535),
    ...DISCOVERY_OPTIONS(),
    JSON_OPTION(),
  ],
  takesServiceOptions: false,
  more: "Checks Bun, the addon, discovery, ports, the folder of the control sockets, GPUs and the limit of open files.\nExit code 1 if anything has failed.",
  async run({ options }) {
    const environment = { ...process.env, ...discoveryEnvironment(options) };
    const port = options.port ?? (Number(environment["DYN_HTTP_PORT"] ?? 8000) || 8000);
    const findings = await diagnose(environment, port);
    if (options.json === true) printJson(findings);
    else {
      const lines = findings.flatMap(({ state, name, message, remedy }) => [
        `${MARKS[state]}  ${name}: ${message}`,
        ...(remedy === null ? [] : [`         ${remedy}`]),
      ]);
      printLines(lines);
    }
    return findings.some(({ state }) => state === "failed") ? 1 : 0;
  },
};
