import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { lines } from "../../scripts/lib/lines.ts";
import { root, within } from "./command.ts";
import { succeed } from "./packed-packages.ts";

/**
 * A real registry on loopback with our packages as they would be published. It has no other source for them; what they depend on
 * comes from the registry that npm is configured with.
 */
export class LocalRegistry implements AsyncDisposable {
  private constructor(
    readonly url: string,
    private readonly folder: string,
    private readonly process: Bun.Subprocess<"pipe", "pipe", "inherit">,
  ) {}

  /** Starts one and publishes everything to it. `folder` keeps what it has. */
  static async start(folder: string): Promise<LocalRegistry> {
    mkdirSync(folder, { recursive: true });
    const uplink = (await succeed(["npm", "config", "get", "registry"], folder)).trim();
    const program = join(root, "scripts/lib/registry/registry-program.ts");
    const child = Bun.spawn([process.execPath, program, folder, uplink], {
      cwd: root,
      stdio: ["pipe", "pipe", "inherit"],
    });
    const registry = new LocalRegistry(await within(address(child.stdout), "the registry"), folder, child);
    const publish = [process.execPath, join(root, "scripts/publish-packages.ts"), "--registry", registry.url];
    await succeed([...publish, "--allow-missing"], folder, { ...process.env, NPM_TOKEN: "anybody" });
    return registry;
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

  async [Symbol.asyncDispose](): Promise<void> {
    // It ends with its input, so it does not outlive this process either.
    await this.process.stdin.end();
    await this.process.exited;
  }
}

async function address(stream: ReadableStream<Uint8Array>): Promise<string> {
  for await (const line of lines(stream)) {
    const [, url] = /^ready (\S+)$/.exec(line) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error("The registry ended before it was ready.");
}
