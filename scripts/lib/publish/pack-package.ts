import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** What would be published: everything in the tarball. */
export type PackedPackage = {
  /** Bytes of the tarball. */
  readonly packedBytes: number;
  /** Paths inside of the package, and what they hold. */
  readonly files: ReadonlyMap<string, Uint8Array>;
};

/** Packs a folder as `bun publish` would, into the file `tarball`. */
export async function packPackage(folder: string, tarball: string): Promise<PackedPackage> {
  mkdirSync(dirname(tarball), { recursive: true });
  const command = [process.execPath, "pm", "pack", "--ignore-scripts", "--quiet", "--filename", tarball];
  const child = Bun.spawn(command, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const [out, error, exitCode] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  if (exitCode !== 0) throw new Error(`${folder}: bun pm pack ended with ${exitCode}:\n${out}${error}`);
  const bytes = readFileSync(tarball);
  const files = new Map<string, Uint8Array>();
  for (const [path, file] of await new Bun.Archive(bytes).files()) {
    files.set(path.replace(/^package\//, ""), await file.bytes());
  }
  return { packedBytes: bytes.length, files };
}

/** The files of that tarball, which is thrown away. */
export async function packedFiles(folder: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const scratch = mkdtempSync(join(tmpdir(), "stator-pack-"));
  try {
    return (await packPackage(folder, join(scratch, "package.tgz"))).files;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
