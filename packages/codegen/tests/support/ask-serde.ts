/** What serde makes of lines `Type JSON`: `ok JSON` or `error text`, in their order. */
export async function askSerde(lines: readonly string[]): Promise<string[]> {
  const command = ["cargo", "run", "--release", "--quiet", "-p", "stator-contract-fixtures", "--bin", "fixtures-serde"];
  const input = new Blob([lines.map((line) => `${line}\n`).join("")]);
  const child = Bun.spawn(command, { stdin: input, stdout: "pipe", stderr: "inherit", cwd: import.meta.dir });
  const output = await child.stdout.text();
  const exitCode = await child.exited;
  if (exitCode !== 0) throw new Error(`${command.join(" ")} ended with ${exitCode}`);
  return output.trimEnd().split("\n");
}
