import { lines } from "../lines.ts";

/** Holds the lock until its standard input ends, which it also does when this process dies. */
const HOLDER = `
import fcntl, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
with open(sys.argv[1], "a") as file:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        print("waiting", flush=True)
        fcntl.flock(file, fcntl.LOCK_EX)
    print("held", flush=True)
    sys.stdin.read()
`;

/** A lock between processes. The kernel frees it when its holder is gone, however that ends. */
export class FileLock implements AsyncDisposable {
  private constructor(private readonly holder: Bun.Subprocess<"pipe", "pipe", "inherit">) {}

  /**
   * Takes the lock, and waits while another process has it.
   *
   * @param python an interpreter: neither Bun nor Node can lock files.
   * @param path the file that stands for the lock; it is made and stays.
   * @param onWait called when another process has the lock.
   */
  static async take(python: string, path: string, onWait?: () => void): Promise<FileLock> {
    const holder = Bun.spawn([python, "-I", "-c", HOLDER, path], { stdio: ["pipe", "pipe", "inherit"] });
    for await (const line of lines(holder.stdout)) {
      if (line === "held") return new FileLock(holder);
      onWait?.();
    }
    throw new Error(`${path} could not be locked: ${python} ended with exit code ${await holder.exited}.`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.holder.stdin.end();
    await this.holder.exited;
  }
}
