import { GenerationError } from "../generation-error.ts";

/**
 * Builds the crate's binary and returns what it prints: the text of its document.
 *
 * Cargo runs in `folder` and takes the target folder and everything else from its own configuration and environment.
 */
export async function runContractCrate(crate: ContractCrate, folder: string): Promise<string> {
  const cargo = Bun.which("cargo");
  if (cargo === null) {
    throw new GenerationError([
      "cargo was not found on PATH. Install Rust (https://rustup.rs); or, if only the generator changed, " +
        "generate from the committed document with --from-document.",
    ]);
  }
  const features = crate.features.length > 0 ? ["--features", crate.features.join(",")] : [];
  const binary = crate.bin === null ? [] : ["--bin", crate.bin];
  const command = [cargo, "run", "--release", "--quiet", "--package", crate.name, ...binary, ...features];
  const child = Bun.spawn(command, { cwd: folder, stdin: "ignore", stdout: "pipe", stderr: "inherit" });
  const [text, exitCode] = await Promise.all([child.stdout.text(), child.exited]);
  if (exitCode !== 0) {
    throw new GenerationError([`${crate.name}: no document (${command.slice(1).join(" ").replace(/^/, "cargo ")}).`]);
  }
  return text;
}

export type ContractCrate = {
  /** The Cargo package. */
  readonly name: string;
  /** The binary that prints the document; needed when the package has several. */
  readonly bin: string | null;
  readonly features: readonly string[];
};
