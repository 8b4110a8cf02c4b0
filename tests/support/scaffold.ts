import { join } from "node:path";

import { LocalRegistry } from "../../scripts/lib/registry/local-registry.ts";
import { attempt, succeed } from "../../scripts/lib/succeed.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Makes applications of the packages as they would be published, in a folder that knows nothing of the workspace. */
export class Scaffold {
  private constructor(
    /** Applications are made in here. */
    readonly folder: string,
    private readonly registry: LocalRegistry,
    private readonly environment: Environment,
  ) {}

  static async prepare(folder: string, environment: Environment): Promise<Scaffold> {
    return new Scaffold(folder, await LocalRegistry.shared(), environment);
  }

  /** `bun create @stator`, and `bun install` in the new folder. Gives that. */
  async make(name: string, ...options: string[]): Promise<string> {
    const app = join(this.folder, name);
    const environment = { ...this.environment, ...this.registry.environment() };
    await succeed(["bun", "create", "@stator", name, ...options], this.folder, environment);
    await succeed(["bun", "install"], app, environment);
    return app;
  }

  /** Runs a command in an application. */
  run(app: string, ...command: string[]): Promise<string> {
    return succeed(command, app, this.environment);
  }

  /** The same for one that may fail. */
  attempt(app: string, ...command: string[]): Promise<{ exitCode: number; output: string }> {
    return attempt(command, app, this.environment);
  }
}
