import { chmodSync, lstatSync, mkdirSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

type Environment = Record<string, string | undefined>;

/** Paths of sockets may have so many bytes on the systems that have the least. */
const LONGEST = 103;

/**
 * The folder with the control sockets of this user's graphs: `STATOR_RUN_DIR`, else `stator` in `XDG_RUNTIME_DIR`, else one
 * among the temporary files. It has mode 0700; one that somebody else could use is refused.
 *
 * @throws Error with the remedy
 */
export function runFolder(environment: Environment = process.env): string {
  const folder = folderPath(environment);
  if (Buffer.byteLength(join(folder, "4194304.sock")) > LONGEST) {
    throw new Error(`${folder} is too long a path for sockets; set STATOR_RUN_DIR to a shorter one.`);
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stats = lstatSync(folder);
  const { uid } = userInfo();
  if (!stats.isDirectory() || (uid !== -1 && stats.uid !== uid)) {
    throw new Error(`${folder} is no folder of your own; set STATOR_RUN_DIR to one that is.`);
  }
  if ((stats.mode & 0o077) !== 0) chmodSync(folder, 0o700);
  return folder;
}

/** Where a supervisor keeps settings that are too long for the environment. */
export function settingsFile(folder: string, pid: number): string {
  return join(folder, `${pid}.settings.json`);
}

function folderPath(environment: Environment): string {
  const { STATOR_RUN_DIR: own, XDG_RUNTIME_DIR: runtime } = environment;
  if (own !== undefined && own !== "") return own;
  if (runtime !== undefined && runtime !== "") return join(runtime, "stator");
  return join(tmpdir(), `stator-${userInfo().uid}`);
}
