import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../paths.ts";

const VERSION = "1.76.0";
const MODULE = "github.com/jaegertracing/jaeger";
const own = join(root, ".stator", "servers");

/**
 * The path of Jaeger: `jaeger` on PATH, else from `.stator/servers`, where Go builds it the first time, which takes minutes.
 * Nothing is installed into the system.
 *
 * @throws Error that says what is missing when neither is possible.
 */
export async function jaegerBinary(): Promise<string> {
  const onPath = Bun.which("jaeger");
  if (onPath !== null) return onPath;
  const kept = join(own, `jaeger-${VERSION}`);
  if (existsSync(kept)) return kept;
  if (Bun.which("go") === null)
    throw new Error("jaeger is not on PATH, and there is no Go to build it; install one of them.");
  mkdirSync(own, { recursive: true });
  const folder = mkdtempSync(join(own, "build-"));
  try {
    writeFileSync(join(folder, "go.mod"), "module stator.invalid/jaeger\n\ngo 1.24\n");
    await go(["get", "-tool", `${MODULE}/cmd/jaeger@v${VERSION}`], folder);
    await go(["build", "-o", "jaeger", `${MODULE}/cmd/jaeger`], folder);
    // Renamed into place, so that another process that does the same sees all of it or nothing.
    renameSync(join(folder, "jaeger"), kept);
    return kept;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function go(command: readonly string[], cwd: string): Promise<void> {
  const child = Bun.spawn(["go", ...command], { cwd, stdout: "ignore", stderr: "pipe" });
  const error = await child.stderr.text();
  if ((await child.exited) !== 0) throw new Error(`go ${command.join(" ")} failed:\n${error.slice(-2000)}`);
}
