import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "../paths.ts";

/** A server that Debian packages, and what the package calls it. */
export interface ServerProgram {
  readonly name: string;
  readonly debianPackage: string;
}

export const ETCD: ServerProgram = { name: "etcd", debianPackage: "etcd-server" };
export const NATS: ServerProgram = { name: "nats-server", debianPackage: "nats-server" };

const own = join(root, ".stator", "servers");

/**
 * The path of a server's program: from PATH, else from `.stator/servers`, where it is unpacked from its Debian package
 * the first time. Nothing is installed into the system, and no service is started.
 *
 * @throws Error that says how to install it when neither is possible.
 */
export async function serverBinary(program: ServerProgram): Promise<string> {
  const kept = join(own, program.name);
  const onPath = Bun.which(program.name, { PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/usr/local/sbin` });
  if (onPath !== null) return onPath;
  if (existsSync(kept)) return kept;
  if (Bun.which("apt-get") === null || Bun.which("dpkg") === null) throw missing(program, "this is no Debian system");
  mkdirSync(own, { recursive: true });
  const folder = mkdtempSync(join(own, "unpack-"));
  try {
    await download(program, folder);
    const archive = readdirSync(folder).find((file) => file.endsWith(".deb"));
    if (archive === undefined) throw missing(program, "apt-get left no package behind");
    const unpacked = await attempt(["dpkg", "-x", archive, "root"], folder);
    const found = ["usr/bin", "usr/sbin"].map((bin) => join(folder, "root", bin, program.name)).find(existsSync);
    if (found === undefined) throw missing(program, `the package ${archive} does not hold it. ${unpacked.output}`);
    // Renamed into place, so that another process that does the same sees all of it or nothing.
    copyFileSync(found, `${folder}/${program.name}`);
    chmodSync(`${folder}/${program.name}`, 0o755);
    renameSync(`${folder}/${program.name}`, kept);
    return kept;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function download(program: ServerProgram, folder: string): Promise<void> {
  const command = ["apt-get", "download", program.debianPackage];
  const first = await attempt(command, folder);
  if (first.ok) return;
  // A new machine has no list of packages yet.
  const update = await attempt(["apt-get", "update"], folder);
  const second = await attempt(command, folder);
  if (!second.ok) throw missing(program, `${command.join(" ")} failed. ${update.output}${second.output}`.trim());
}

async function attempt(command: string[], cwd: string): Promise<{ ok: boolean; output: string }> {
  const child = Bun.spawn(command, { cwd, stdout: "pipe", stderr: "pipe" });
  const [out, error] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { ok: (await child.exited) === 0, output: `${out}${error}`.trim() };
}

function missing({ name, debianPackage }: ServerProgram, why: string): Error {
  return new Error(
    `${name} is not on PATH, and could not be fetched: ${why}\n` +
      `Install it (on Debian and Ubuntu: apt-get update && apt-get install ${debianPackage}) and run this again.`,
  );
}
