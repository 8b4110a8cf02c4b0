/**
 * `bun run services`: a real etcd and a real NATS with JetStream on free loopback ports, until Ctrl-C.
 *
 * Prints what to set so that Stator, or the original's Python processes, use them. With a command it runs that with this
 * environment instead, and stops the servers when it has ended.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Etcd, guardedTls } from "./lib/servers/etcd.ts";
import { Nats } from "./lib/servers/nats.ts";
import { announce } from "./lib/step.ts";

const help = `bun run services [--etcd] [--nats] [--tls] [COMMAND ...]

Starts etcd and NATS (with JetStream) for development on free loopback ports; with --etcd or --nats only that one. The
programs are taken from PATH, else unpacked from their Debian packages into .stator/servers. Their data goes away with
them.

  --tls         Let in only who has a certificate and a token: both are made, and STATOR_SECURITY is set to their folder.
                It needs "bun run build" once.
  COMMAND ...   Run a command with ETCD_ENDPOINTS and NATS_SERVER set, then stop; its exit code is the result. Without
                it the servers run until Ctrl-C.
  -h, --help    Show this.`;

const { flags, command } = parse();
if (flags.help) {
  console.log(help);
  process.exit(0);
}
const both = !flags.etcd && !flags.nats;
const stack = new AsyncDisposableStack();
const variables: Record<string, string> = {};
const security = flags.tls ? await certificates() : undefined;
if (both || flags.etcd) {
  announce("Starting etcd", "stderr");
  variables["ETCD_ENDPOINTS"] = stack.use(
    await Etcd.start(security === undefined ? {} : { tls: guardedTls(security) }),
  ).endpoint;
}
if (both || flags.nats) {
  announce("Starting NATS", "stderr");
  variables["NATS_SERVER"] = stack.use(await Nats.start(security === undefined ? {} : { security })).url;
}
process.exitCode = command.length > 0 ? await runCommand(command) : await untilTold();
await stack.disposeAsync();
process.exit();

function parse(): { flags: { etcd: boolean; nats: boolean; tls: boolean; help: boolean }; command: string[] } {
  // What stands after the first word belongs to the command, whatever it looks like. Bun takes `--` away by itself.
  const words = process.argv.slice(2);
  const first = words.findIndex((word) => !word.startsWith("-"));
  const own = first === -1 ? words : words.slice(0, first);
  try {
    const { values } = parseArgs({
      args: own.filter((word) => word !== "--"),
      options: {
        etcd: { type: "boolean", default: false },
        nats: { type: "boolean", default: false },
        tls: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    return { flags: values, command: first === -1 ? [] : words.slice(first) };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${help}`);
    process.exit(2);
  }
}

/** A folder with certificates that goes away with the servers. */
async function certificates(): Promise<string> {
  // Loads the addon, which the servers alone do not need.
  const { makeCertificates } = await import("@stator/runtime-native");
  const folder = mkdtempSync(join(tmpdir(), "stator-certs-"));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  makeCertificates({ folder, names: [], days: 7, force: false, authority: null });
  variables["STATOR_SECURITY"] = folder;
  return folder;
}

async function untilTold(): Promise<number> {
  for (const [name, value] of Object.entries(variables)) console.log(`export ${name}=${value}`);
  announce("Ready; Ctrl-C stops them", "stderr");
  const told = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => told.resolve());
  await told.promise;
  return 0;
}

async function runCommand(argv: string[]): Promise<number> {
  const child = Bun.spawn(argv, {
    env: { ...process.env, ...variables },
    stdio: ["inherit", "inherit", "inherit"],
  });
  // The command hears of Ctrl-C by itself, and decides when it is over.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  return await child.exited;
}
