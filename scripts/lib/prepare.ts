import { run } from "./run.ts";
import { announce, inSeconds } from "./step.ts";
import { recordToolchain } from "./toolchain.ts";

/** Turbo as the workspace pins it, run by this Bun: nothing has to be on PATH. */
export function turbo(...args: string[]): string[] {
  return [process.execPath, "scripts/turbo.ts", ...args];
}

/** Where progress is shown. */
type Show = "stdout" | "stderr";

/** Installs the packages of the lockfile. Throws when that fails. */
export async function install(show: Show = "stdout"): Promise<void> {
  announce("Installing packages", show);
  await must([process.execPath, "install"], "bun install", show);
}

/**
 * Makes the checkout ready to run: packages, generated code, release build. Each step is quick when there is
 * nothing to do. Throws when a step fails; its output has been shown by then.
 */
export async function prepare(show: Show = "stdout"): Promise<void> {
  recordToolchain();
  await install(show);
  announce("Generating TypeScript from Rust and building the addon (release; the first time takes minutes)", show);
  const seconds = await must(turbo("run", "codegen", "build"), "turbo run codegen build", show);
  announce(`Ready after ${inSeconds(seconds)}`, show);
}

/** Builds the addon of the runtime as it is shipped, with whole-program optimisation, in the place of the one that tests use. */
export async function buildShipped(show: Show = "stdout"): Promise<void> {
  announce("Building the addon as it is shipped (the first time takes minutes)", show);
  await must(turbo("run", "build:release", "--filter=@stator/runtime-native"), "turbo run build:release", show);
}

async function must(command: string[], name: string, show: Show): Promise<number> {
  const { exitCode, seconds } = await run(command, { show });
  if (exitCode !== 0) throw new Error(`${name} failed (exit code ${exitCode}); its output is above.`);
  return seconds;
}
