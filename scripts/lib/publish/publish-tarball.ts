import { dirname } from "node:path";
import type { Tarball } from "./pack-all.ts";

/** Whether the registry has this version of the package. Throws when it cannot be asked. */
export async function isPublished({ name, version }: Tarball, registry: string): Promise<boolean> {
  const url = new URL(name.replace("/", "%2f"), withSlash(registry));
  const response = await fetch(url, { headers: { accept: "application/vnd.npm.install-v1+json" } });
  if (response.status === 404) return false;
  if (!response.ok) throw new Error(`${url.href} answered ${response.status}.`);
  const { versions = {} } = (await response.json()) as { versions?: Record<string, unknown> };
  return version in versions;
}

/** Publishes a tarball. Throws what the registry has said when it refuses. */
export async function publishTarball({ name, tarball }: Tarball, registry: string, tag: string): Promise<void> {
  const command = [process.execPath, "publish", tarball, "--registry", withSlash(registry), "--access", "public"];
  const child = Bun.spawn([...command, "--tag", tag], { cwd: dirname(tarball), stdio: ["inherit", "pipe", "pipe"] });
  const [out, error, exitCode] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  if (exitCode !== 0) throw new Error(`${name} was not published:\n${out}${error}`);
}

function withSlash(url: string): string {
  return url.endsWith("/") ? url : `${url}/`;
}
