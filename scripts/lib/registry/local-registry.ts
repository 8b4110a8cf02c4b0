import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { lines } from "../lines.ts";
import { root } from "../paths.ts";
import { readManifest } from "../publish/manifest.ts";
import { platformPackages } from "../publish/platform-packages.ts";
import { succeed } from "../succeed.ts";

/** How long a test may wait for it, in milliseconds: all packages are compiled, packed and published. */
export const REGISTRY_LIMIT_MS = 400_000;

let shared: Promise<LocalRegistry> | undefined;

/**
 * A real registry on loopback with our packages as they would be published. It has no other source for them; what they depend on
 * comes from the registry that npm is configured with.
 */
export class LocalRegistry {
  private constructor(
    readonly url: string,
    private readonly folder: string,
  ) {}

  /** The one of this process, and everything published to it. It ends with the process. */
  static shared(): Promise<LocalRegistry> {
    shared ??= LocalRegistry.start();
    return shared;
  }

  private static async start(): Promise<LocalRegistry> {
    const folder = mkdtempSync(join(tmpdir(), "stator-registry-"));
    process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
    const uplink = (await succeed(["npm", "config", "get", "registry"], folder)).trim();
    const program = join(root, "scripts/lib/registry/registry-program.ts");
    // It ends with its standard input, whatever becomes of this process.
    const child = Bun.spawn([process.execPath, program, folder, uplink], {
      cwd: root,
      stdio: ["pipe", "pipe", "inherit"],
    });
    child.unref();
    const registry = new LocalRegistry(await address(child.stdout), folder);
    await registry.publish("scripts/publish-packages.ts", "--allow-missing");
    return registry;
  }

  /**
   * Publishes something in the place of each package of a platform whose addon was not built here: for what package managers do on
   * other platforms, and for nothing that loads it.
   */
  async standIns(): Promise<void> {
    const folder = join(root, "packages/runtime-native");
    const { version } = readManifest(folder);
    for (const { name, platform } of platformPackages(folder).filter(({ isBuilt }) => !isBuilt)) {
      const place = join(this.folder, platform.name);
      mkdirSync(place);
      const { os, cpu, libc } = platform;
      const manifest = { name, version, os: [os], cpu: [cpu], ...(libc === null ? {} : { libc: [libc] }) };
      writeFileSync(join(place, "package.json"), JSON.stringify(manifest));
      writeFileSync(join(place, ".npmrc"), `//${new URL(this.url).host}/:_authToken=anybody\n`);
      await succeed([process.execPath, "publish", "--registry", this.url, "--access", "public"], place);
    }
  }

  /** What makes Bun and npm ask it, and keep what they got apart from what others got. */
  environment(): Record<string, string> {
    const cache = join(this.folder, "cache");
    mkdirSync(cache, { recursive: true });
    return {
      BUN_CONFIG_REGISTRY: this.url,
      BUN_INSTALL_CACHE_DIR: join(cache, "bun"),
      BUN_TMPDIR: cache,
      TMPDIR: cache,
      npm_config_registry: this.url,
      npm_config_cache: join(cache, "npm"),
      npm_config_audit: "false",
      npm_config_fund: "false",
      npm_config_update_notifier: "false",
    };
  }

  private async publish(script: string, ...options: string[]): Promise<void> {
    const command = [process.execPath, join(root, script), "--registry", this.url, ...options];
    await succeed(command, this.folder, { ...process.env, NPM_TOKEN: "anybody" });
  }
}

async function address(stream: ReadableStream<Uint8Array>): Promise<string> {
  for await (const line of lines(stream)) {
    const [, url] = /^ready (\S+)$/.exec(line) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error("The registry ended before it was ready.");
}
