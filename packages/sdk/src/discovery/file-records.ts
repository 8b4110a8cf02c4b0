import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { dirname, isAbsolute, join } from "node:path";

import { readRecord, type RegisteredInstance } from "./registered-instance.ts";

type Environment = Record<string, string | undefined>;

/** Records that nobody has touched for so long belong to processes that are gone. */
const STALE_MS = 10_000;

/** All instances in a folder of file discovery. */
export function fileRecords(folder: string): RegisteredInstance[] {
  const records = join(folder, "v1", "instances");
  if (!existsSync(records)) return [];
  return readdirSync(records).flatMap((name) => {
    const path = join(records, name);
    try {
      if (Date.now() - statSync(path).mtimeMs > STALE_MS) return [];
      return readRecord(decodeURIComponent(name), readFileSync(path, "utf8")) ?? [];
    } catch {
      // Gone since, or no record.
      return [];
    }
  });
}

/**
 * The folder that the runtime takes when nobody names one: private to the project and the user. The rule is the runtime's
 * (`discovery/file/project.rs`); the tests of `stator ls` would notice if the two went apart.
 */
export function defaultFolder(environment: Environment = process.env, folder: string = process.cwd()): string {
  const project = projectOf(realpathSync(folder));
  const hash = [...Buffer.from(project)].reduce(
    (sum, byte) => ((sum ^ BigInt(byte)) * 0x100000001b3n) & 0xffff_ffff_ffff_ffffn,
    0xcbf29ce484222325n,
  );
  const { uid } = userInfo();
  return join(runtimeFolder(environment, uid) ?? tmpdir(), `stator-${uid}-${hash.toString(16).padStart(16, "0")}`);
}

function projectOf(folder: string): string {
  const above: string[] = [];
  for (let at = folder; above.at(-1) !== at; at = dirname(at)) above.push(at);
  const whole = above.find((each) => existsSync(join(each, ".git")) || hasWorkspaces(each));
  return whole ?? above.find((each) => existsSync(join(each, "package.json"))) ?? folder;
}

function hasWorkspaces(folder: string): boolean {
  try {
    return "workspaces" in (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as object);
  } catch {
    return false;
  }
}

function runtimeFolder({ XDG_RUNTIME_DIR: folder = "" }: Environment, uid: number): string | null {
  if (!isAbsolute(folder)) return null;
  const stats = statSync(folder, { throwIfNoEntry: false });
  return stats?.isDirectory() === true && stats.uid === uid ? folder : null;
}
