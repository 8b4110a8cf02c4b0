type Environment = Readonly<Record<string, string | undefined>>;

/** Runs a command to its end, in silence. Gives what it printed; throws that when it fails. */
export async function succeed(
  command: readonly string[],
  cwd: string,
  environment: Environment = process.env,
): Promise<string> {
  const { exitCode, output } = await attempt(command, cwd, environment);
  if (exitCode !== 0) throw new Error(`${command.join(" ")} ended with ${exitCode}:\n${output}`);
  return output;
}

/** Runs a command to its end, whatever that is. */
export async function attempt(
  command: readonly string[],
  cwd: string,
  environment: Environment = process.env,
): Promise<{ exitCode: number; output: string }> {
  const child = Bun.spawn([...command], { cwd, env: environment, stdio: ["ignore", "pipe", "pipe"] });
  const [out, error] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { exitCode: await child.exited, output: `${out}${error}` };
}
