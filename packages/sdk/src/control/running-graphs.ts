import { readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

import { CommandFailure } from "../cli/command-failure.ts";
import { UsageError } from "../cli/usage-error.ts";
import { isNameOf } from "../configuration/layer-entry.ts";
import { suggestion } from "../definition/nearest-name.ts";
import { parseJson } from "../schema/json-text.ts";
import type { GraphStatus } from "./graph-status.ts";
import { runFolder, settingsFile } from "./run-folder.ts";

/** How long a supervisor may take to say what it runs. */
const LIMIT_MS = 5_000;

/** A running graph that can be asked. */
export class RunningGraph {
  constructor(
    readonly socket: string,
    readonly status: GraphStatus,
  ) {}

  /** What the supervisor answers. Throws its error. */
  async ask<T>(path: string, body?: unknown): Promise<T> {
    return parseJson(await (await this.open(path, body)).text()) as T;
  }

  /** The answer as it comes. */
  open(path: string, body?: unknown): Promise<Response> {
    return request(this.socket, path, body);
  }
}

/** All graphs of this user, the oldest first. Sockets that nobody answers any more are removed. */
export async function runningGraphs(): Promise<RunningGraph[]> {
  const folder = runFolder();
  const sockets = readdirSync(folder).filter((name) => /^\d+\.sock$/.test(name));
  const graphs = await Promise.all(sockets.map((name) => graphAt(join(folder, name), Number.parseInt(name, 10))));
  return graphs
    .filter((graph) => graph !== null)
    .toSorted((a, b) => a.status.startedAt.localeCompare(b.status.startedAt));
}

/**
 * The graph that is meant: that with this process id, name or target; else the only one that has the service; else the
 * only one.
 */
export async function findGraph(which: string | undefined, service?: string): Promise<RunningGraph> {
  const graphs = await runningGraphs();
  if (graphs.length === 0) throw new UsageError("No graph is running; start one with: stator serve <file>#<Service>.");
  const named = graphs.filter(({ status }) => which === undefined || isMeant(status, which));
  if (named.length === 0) throw new UsageError(`No running graph is "${which ?? ""}"; there is ${listed(graphs)}.`);
  const having = service === undefined ? named : named.filter(({ status }) => hasService(status, service));
  const [first, second] = having;
  if (first === undefined) {
    const known = named.flatMap(({ status }) => status.services.map(({ className }) => className));
    throw new UsageError(`No running graph has a service "${service ?? ""}"; ${suggestion(service ?? "", known)}`);
  }
  if (second !== undefined)
    throw new UsageError(`Several graphs are meant; say which with --graph: ${listed(having)}.`);
  return first;
}

function isMeant({ pid, target }: GraphStatus, which: string): boolean {
  return which === String(pid) || which === target || which === target.split("#").at(-1);
}

function hasService({ services }: GraphStatus, name: string): boolean {
  return services.some(({ id, className }) => isNameOf(name, { id, className, component: id.split(".").at(-1) ?? "" }));
}

function listed(graphs: readonly RunningGraph[]): string {
  return graphs.map(({ status }) => `${status.pid} (${status.target})`).join(", ");
}

async function graphAt(socket: string, pid: number): Promise<RunningGraph | null> {
  try {
    const response = await request(socket, "/status", undefined, AbortSignal.timeout(LIMIT_MS));
    return new RunningGraph(socket, parseJson(await response.text()) as GraphStatus);
  } catch {
    // Killed, most likely: then nobody has removed it.
    if (!isAlive(pid)) for (const path of [socket, settingsFile(dirname(socket), pid)]) rmSync(path, { force: true });
    return null;
  }
}

async function request(socket: string, path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  const options = {
    unix: socket,
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    ...(signal === undefined ? { timeout: false } : { signal }),
  } as BunFetchRequestInit;
  const response = await fetch(`http://stator${path}`, options).catch((error: unknown) => {
    const why = error instanceof Error ? error.message.split(".")[0] : String(error);
    throw new CommandFailure(`The graph ended, or cannot be asked: ${why}.`);
  });
  if (response.ok) return response;
  const { error = response.statusText } = (await response.json()) as { error?: string };
  throw response.status === 400 ? new UsageError(error) : new CommandFailure(error);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
