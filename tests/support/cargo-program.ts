import { root } from "./command.ts";

/** Compiles a crate with one program, unless that is done already, and gives the path of the program. */
export async function cargoProgram(crate: string): Promise<string> {
  const command = [
    "cargo",
    "build",
    "--release",
    "--locked",
    "-p",
    crate,
    "--message-format",
    "json-render-diagnostics",
  ];
  const cargo = Bun.spawn(command, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  const [output, exitCode] = await Promise.all([cargo.stdout.text(), cargo.exited]);
  if (exitCode !== 0) throw new Error(`${command.join(" ")} ended with ${exitCode}`);
  for (const line of output.split("\n")) {
    if (!line.startsWith('{"reason":"compiler-artifact"')) continue;
    const { executable } = JSON.parse(line) as { executable: string | null };
    if (executable !== null) return executable;
  }
  throw new Error(`${crate} has no program.`);
}
