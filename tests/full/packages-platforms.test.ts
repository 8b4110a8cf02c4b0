/** What package managers install of the addons on other platforms, and what a lockfile from there gives here. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { addonPlatform } from "../../packages/codegen/src/support/addon-file-name.ts";
import { LocalRegistry, REGISTRY_LIMIT_MS } from "../../scripts/lib/registry/local-registry.ts";
import { succeed } from "../../scripts/lib/succeed.ts";

const MAC = "darwin-arm64";
const MUSL = "linux-x64-musl";
const folder = mkdtempSync(join(tmpdir(), "stator-platforms-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let registry: LocalRegistry;
beforeAll(async () => {
  registry = await LocalRegistry.shared();
  await registry.standIns();
}, REGISTRY_LIMIT_MS);

const PROGRAM = `import { DistributedRuntime } from "@stator/runtime-native";
await using runtime = await DistributedRuntime.create({ discovery: "memory" });
console.log(runtime.instanceId > 0n);`;

function project(name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, "package.json"), '{ "type": "module" }');
  writeFileSync(join(path, "program.ts"), PROGRAM);
  return path;
}

function install(app: string, ...command: string[]): Promise<string> {
  return succeed(command, app, { ...process.env, ...registry.environment() });
}

/** The platforms whose addons are installed. */
function platforms(app: string): string[] {
  const found = new Bun.Glob("runtime-native-*").scanSync({ cwd: join(app, "node_modules/@stator"), onlyFiles: false });
  return [...found].map((name) => name.replace("runtime-native-", "")).toSorted();
}

test.each<[manager: string, there: string[], here: string[]]>([
  [
    "Bun",
    ["bun", "add", "--os", "darwin", "--cpu", "arm64", "@stator/runtime-native"],
    ["bun", "install", "--frozen-lockfile"],
  ],
  ["npm", ["npm", "install", "--os=darwin", "--cpu=arm64", "@stator/runtime-native"], ["npm", "ci"]],
])("%s: a lockfile that was made for a Mac installs what this machine needs", async (manager, there, here) => {
  const app = project(manager);
  await install(app, ...there);
  expect(platforms(app)).toEqual([MAC]);
  rmSync(join(app, "node_modules"), { recursive: true });
  await install(app, ...here);
  expect(platforms(app)).toEqual([addonPlatform()]);
  expect(await succeed([process.execPath, "program.ts"], app)).toBe("true\n");
});

test("npm tells the C libraries apart", async () => {
  const app = project("libc");
  await install(app, "npm", "install", "--os=linux", "--cpu=x64", "--libc=musl", "@stator/runtime-native");
  expect(platforms(app)).toEqual([MUSL]);
});
