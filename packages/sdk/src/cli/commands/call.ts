import { DeclaredError, DistributedRuntime, StatorError } from "@stator/runtime-native";

import { parseJson, stringifyJson } from "../../schema/json-text.ts";
import { type CliCommand, DISCOVERY_OPTIONS, flag, JSON_OPTION, numberOption, textOption } from "../cli-command.ts";
import { printJson } from "../command-output.ts";
import { exitCodeLines, exitCodeOf } from "../exit-codes.ts";
import { inputLines } from "../input-lines.ts";
import { discoveryEnvironment } from "../serve-options.ts";
import { UsageError } from "../usage-error.ts";

interface CallOptions {
  readonly stream?: true;
  readonly instance?: string;
  readonly timeoutMs?: number;
  readonly waitMs?: number;
  readonly discovery?: string;
  readonly filePath?: string;
  readonly json?: true;
}

/** `stator call` */
export const callCommand: CliCommand<CallOptions> = {
  usage: "call <endpoint> [request]",
  summary: "calls an endpoint and prints its items as they come",
  options: [
    flag("--stream", "the endpoint takes a stream: each line of standard input is a request"),
    textOption("--instance <id>", "calls this instance only"),
    numberOption("--timeout-ms <time>", "time for the whole call (default: none)", 1, 86_400_000),
    numberOption("--wait-ms <time>", "time for a first instance to appear (default 1000)", 0, 86_400_000),
    ...DISCOVERY_OPTIONS(),
    JSON_OPTION(),
  ],
  takesServiceOptions: false,
  more: `<endpoint> is namespace.component.endpoint. [request] is JSON, - reads it from standard input; the default is null.
Each item is a line of JSON on standard output; an error is on standard error, as JSON with --json. Ctrl-C cancels the call.

Exit codes: 0 success, 2 wrong usage, and by the code of the error, which stator errors explains:
${exitCodeLines().join("\n")}`,
  async run({ positionals: [endpoint = "", text], options }) {
    const request = options.stream === true ? requests(text) : await oneRequest(text);
    const instanceId = options.instance === undefined ? undefined : readId(options.instance);
    Object.assign(process.env, discoveryEnvironment(options));
    const stop = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
    try {
      await using runtime = await DistributedRuntime.create({ discovery: backend(options) });
      const client = await runtime.endpoint(endpoint).client<unknown, unknown>({ waitMs: options.waitMs ?? 1000 });
      const call = { signal: stop.signal, timeoutMs: options.timeoutMs };
      const stream =
        instanceId === undefined ? client.generate(request, call) : client.direct(request, instanceId, call);
      for await (const item of stream) printJson(item);
      return 0;
    } catch (error) {
      if (!(error instanceof StatorError)) throw error;
      process.stderr.write(
        `${options.json === true ? stringifyJson(errorJson(error)) : `stator: ${errorText(error)}`}\n`,
      );
      return exitCodeOf(error.code);
    }
  },
};

/** Undefined leaves it to the environment. */
function backend({ discovery }: CallOptions): "file" | "memory" | "etcd" | undefined {
  if (discovery === undefined || discovery === "file" || discovery === "etcd") return discovery;
  throw new UsageError(`--discovery: a call finds others through file or etcd, not through ${discovery}.`);
}

async function oneRequest(text: string | undefined): Promise<unknown> {
  const json = text === "-" ? await Bun.stdin.text() : text;
  return json === undefined ? null : readRequest(json);
}

async function* requests(text: string | undefined): AsyncGenerator {
  if (text !== undefined && text !== "-") throw new UsageError("--stream reads its requests from standard input.");
  for await (const line of inputLines(Bun.stdin.stream())) if (line.trim() !== "") yield readRequest(line);
}

function readRequest(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw new UsageError(
      `The request is no JSON: ${error instanceof Error ? error.message : String(error)}. Text needs quotes: '"text"'.`,
    );
  }
}

function readId(text: string): bigint {
  if (/^\d{1,20}$/.test(text)) return BigInt(text);
  throw new UsageError(`--instance: "${text}" is no instance id; stator ls shows them.`);
}

function errorText(error: StatorError): string {
  const name = error instanceof DeclaredError ? error.name : error.code;
  return `${name}: ${error.message}`;
}

function errorJson(error: StatorError): object {
  const { code, message, retryable, details } = error;
  const name = error instanceof DeclaredError ? { name: error.name } : {};
  return { error: { code, message, retryable, ...name, ...(details === null ? {} : { details }) } };
}
