/** Compiles the Rust programs of this example and puts them into `dist`. */
import { copyFileSync, mkdirSync, renameSync } from "node:fs";
import { basename, join } from "node:path";

const cargo = Bun.spawn(
  ["cargo", "build", "--release", "--locked", "-p", "mixed-service", "--message-format", "json-render-diagnostics"],
  { cwd: import.meta.dir, stdio: ["ignore", "pipe", "inherit"] },
);
const [output, exitCode] = await Promise.all([cargo.stdout.text(), cargo.exited]);
if (exitCode !== 0) process.exit(exitCode);

const folder = join(import.meta.dir, "dist");
mkdirSync(folder, { recursive: true });
for (const line of output.split("\n")) {
  if (!line.startsWith('{"reason":"compiler-artifact"')) continue;
  // Cargo itself says where they are: the target folder can be anywhere.
  const { executable } = JSON.parse(line) as { executable: string | null };
  if (executable === null) continue;
  const target = join(folder, basename(executable));
  // Renamed into place: a running program keeps its file.
  copyFileSync(executable, `${target}.${process.pid}`);
  renameSync(`${target}.${process.pid}`, target);
  console.log(`built ${basename(executable)}`);
}
