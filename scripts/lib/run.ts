import { toolEnvironment } from "./environment.ts";
import { root } from "./paths.ts";

export interface RunOptions {
  /** Set on top of the tools' environment. */
  env?: Record<string, string>;
  /** Where standard output is shown; `stderr` keeps it apart from a result that the caller prints. */
  show?: "stdout" | "stderr";
}

export interface RunResult {
  /** Null when the program could not be started. */
  exitCode: number | null;
  /** Everything that it printed, both streams, in the order of arrival. */
  output: string;
  seconds: number;
}

/**
 * Runs a program from the root of the repository, shows its output as it comes and keeps it.
 * A program that is missing is a result, not an exception.
 */
export async function run(command: string[], { env, show = "stdout" }: RunOptions = {}): Promise<RunResult> {
  const started = performance.now();
  let output = "";
  const tee = async (stream: ReadableStream<Uint8Array>, sink: NodeJS.WriteStream): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      sink.write(chunk);
      output += decoder.decode(chunk, { stream: true });
    }
  };
  try {
    const child = Bun.spawn(command, {
      cwd: root,
      env: { ...toolEnvironment(), ...env },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    await Promise.all([tee(child.stdout, process[show]), tee(child.stderr, process.stderr)]);
    const exitCode = await child.exited;
    return { exitCode, output, seconds: (performance.now() - started) / 1000 };
  } catch (error) {
    const message = `${command[0]} could not be started: ${error instanceof Error ? error.message : String(error)}`;
    console.error(message);
    return { exitCode: null, output: message, seconds: (performance.now() - started) / 1000 };
  }
}
