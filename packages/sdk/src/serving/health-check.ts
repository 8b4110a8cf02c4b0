import type { Clock } from "@stator/runtime-native";

/** One health hook of a service object. However often it is asked, it runs once at a time. */
export class HealthCheck {
  private running: Promise<string | null> | null = null;

  constructor(
    private readonly name: string,
    private readonly timeoutMs: number,
    private readonly clock: Clock,
    private readonly hook: () => boolean | Promise<boolean>,
  ) {}

  /** Null if all is well, else why not. */
  async ask(): Promise<string | null> {
    this.running ??= this.run().finally(() => {
      this.running = null;
    });
    const { promise, resolve } = Promise.withResolvers<string>();
    const late = (): void => resolve(`${this.name} did not answer within ${this.timeoutMs} ms`);
    const timer = this.clock.after(this.timeoutMs, late);
    try {
      return await Promise.race([this.running, promise]);
    } finally {
      timer.cancel();
    }
  }

  private async run(): Promise<string | null> {
    try {
      return (await this.hook()) ? null : `${this.name} says no`;
    } catch (error) {
      return `${this.name} failed: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
}
