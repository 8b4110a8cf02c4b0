import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { PackageRegistry } from "./package-registry.ts";
import { attempt, packPackages, succeed } from "./packed-packages.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The packages as they would be published, in a folder that knows nothing of the workspace; makes applications of them. */
export class Scaffold implements Disposable {
  private constructor(
    /** Applications are made in here. */
    readonly folder: string,
    private readonly tarballs: Readonly<Record<string, string>>,
    private readonly registry: PackageRegistry,
    private readonly environment: Environment,
  ) {}

  static async prepare(folder: string, environment: Environment): Promise<Scaffold> {
    const tarballs = await packPackages(folder, ["contract", "runtime-native", "sdk", "codegen", "create"]);
    mkdirSync(join(folder, "cache"));
    const registry = await PackageRegistry.open(join(folder, "create.tgz"));
    return new Scaffold(folder, tarballs, registry, environment);
  }

  /** `bun create @stator`, and `bun install` in the new folder. Gives that. */
  async make(name: string, ...options: string[]): Promise<string> {
    const app = join(this.folder, name);
    const environment = { ...this.environment, ...this.registry.environment(join(this.folder, "cache")) };
    await succeed(["bun", "create", "@stator", name, ...options], this.folder, environment);
    const path = join(app, "package.json");
    // None of the others is in a registry yet.
    const manifest = JSON.parse(readFileSync(path, "utf8")) as Record<string, Record<string, string>>;
    for (const list of ["dependencies", "devDependencies"]) {
      for (const each of Object.keys(manifest[list] ?? {})) {
        const tarball = this.tarballs[each];
        if (tarball !== undefined && manifest[list] !== undefined) manifest[list][each] = tarball;
      }
    }
    writeFileSync(path, JSON.stringify({ ...manifest, overrides: this.tarballs }, null, 2));
    await succeed(["bun", "install"], app, this.environment);
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

  [Symbol.dispose](): void {
    this.registry[Symbol.dispose]();
  }
}
