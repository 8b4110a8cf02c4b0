import { root } from "./paths.ts";
import { startGroup } from "./process-group.ts";

export interface RunOptions {
  /** Where standard output is shown; `stderr` keeps it apart from a result that the caller prints. */
  show?: "stdout" | "stderr";
  /** After this time the program and all that it started are killed. Default: no limit. */
  limitMs?: number;
}

export interface RunResult {
  /** Null when the program could not be started or was killed. */
  exitCode: number | null;
  /** Everything that it printed, both streams, in the order of arrival. */
  output: string;
  seconds: number;
}

/**
 * Runs a program from the root of the repository, shows its output as it comes and keeps it.
 * A program that is missing, or takes too long, is a result, not an exception.
 */
export async function run(command: string[], { show = "stdout", limitMs }: RunOptions = {}): Promise<RunResult> {
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  let output = "";
  const tee = async (stream: ReadableStream<Uint8Array>, sink: NodeJS.WriteStream): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      sink.write(chunk);
      output += decoder.decode(chunk, { stream: true });
    }
  };
  let timer: Timer | undefined;
  try {
    const group = startGroup(command, root);
    if (limitMs !== undefined) {
      timer = setTimeout(() => {
        console.error(`${command.join(" ")} did not end within ${limitMs / 1000} s and was killed.`);
        group.kill();
      }, limitMs);
    }
    await Promise.all([tee(group.process.stdout, process[show]), tee(group.process.stderr, process.stderr)]);
    await group.process.exited;
    return { exitCode: group.process.exitCode, output, seconds: seconds() };
  } catch (error) {
    const message = `${command[0]} could not be started: ${error instanceof Error ? error.message : String(error)}`;
    console.error(message);
    return { exitCode: null, output: message, seconds: seconds() };
  } finally {
    clearTimeout(timer);
  }
}
