import { cpSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { basename, join } from "node:path";

import { nodeBinary, NODE_VERSIONS } from "../../scripts/lib/node-binary.ts";
import { LocalRegistry } from "../../scripts/lib/registry/local-registry.ts";
import { succeed } from "../../scripts/lib/succeed.ts";
import { loopback } from "../../scripts/lib/upstream/loopback.ts";
import { upstreamWheel } from "../../scripts/lib/upstream/upstream-wheel.ts";
import type { Subject } from "./subject.ts";

const PROGRAMS = join(import.meta.dir, "programs");
const GRPC = "@grpc/grpc-js@1.14.7";
const MOLECULER = "moleculer@0.15.2";

/** Installs everything that is measured, each into a folder of its own below `base`. */
export async function installAll(base: string): Promise<Subject[]> {
  const registry = await LocalRegistry.shared();
  const node = await nodeBinary(NODE_VERSIONS[1]);
  const engine = `Node ${NODE_VERSIONS[1]}`;
  const files = { DYN_FILE_KV: join(base, "discovery") };
  const ours = registry.environment();

  const sdk = await installed(base, "sdk", ["stator.ts"], [process.execPath, "add", "@stator/sdk"], ours);
  const caller = await installed(base, "caller", ["caller.mjs"], ["npm", "install", "@stator/runtime-native"], ours);
  const grpc = await installed(base, "grpc", ["grpc.mjs"], ["npm", "install", GRPC]);
  const moleculer = await installed(base, "moleculer", ["moleculer.mjs"], ["npm", "install", MOLECULER]);
  const wheel = await upstreamWheel();
  const python = [wheel.python, join(PROGRAMS, "upstream.py")];
  const stator = [process.execPath, "stator.ts"];
  const ports = `${await freePort()},${await freePort()}`;
  return [
    {
      ...sdk,
      ...roles(stator),
      name: `@stator/sdk ${await versionOf(sdk.folder, "@stator/sdk")}`,
      engine: `Bun ${Bun.version}`,
      environment: files,
    },
    {
      ...caller,
      name: `@stator/runtime-native ${await versionOf(caller.folder, "@stator/runtime-native")}`,
      engine: `${engine}, its service Bun`,
      environment: files,
      here: null,
      serve: [process.execPath, join(sdk.folder, "stator.ts"), "serve"],
      call: [node, "caller.mjs"],
    },
    {
      name: `ai-dynamo-runtime ${wheel.version}`,
      engine: `Python ${wheel.pythonVersion}`,
      ...sizeOf(wheel.folder, (name) => name.endsWith(".dist-info")),
      folder: base,
      environment: { ...loopback(wheel.version, join(base, "dynamo")), DYN_LOG: "error", ...wheel.environment },
      ...roles(python),
    },
    { ...grpc, ...roles([node, "grpc.mjs"]), name: GRPC.replace(/@(?=\d)/, " "), engine, environment: {} },
    {
      ...moleculer,
      ...roles([node, "moleculer.mjs"], ports),
      name: MOLECULER.replace(/@(?=\d)/, " "),
      engine,
      environment: {},
    },
  ];
}

function roles(program: readonly string[], ...more: string[]): Pick<Subject, "here" | "serve" | "call"> {
  return {
    here: [...program, "here"],
    serve: [...program, "serve", ...more],
    call: [...program, "call", ...more],
  };
}

async function installed(
  base: string,
  name: string,
  programs: readonly string[],
  command: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Pick<Subject, "folder" | "bytes" | "packages">> {
  const folder = join(base, name);
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  await succeed(command, folder, {
    ...process.env,
    npm_config_audit: "false",
    npm_config_fund: "false",
    ...environment,
  });
  for (const program of programs) cpSync(join(PROGRAMS, program), join(folder, program));
  return { folder, ...sizeOf(join(folder, "node_modules"), (file) => file === "package.json") };
}

/** Bytes of all files, and how many packages there are: folders that hold what `marks` knows. */
function sizeOf(folder: string, marks: (name: string) => boolean): { bytes: number; packages: number } {
  let bytes = 0;
  const packages = new Set<string>();
  for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const stats = lstatSync(join(folder, path));
    if (stats.isFile()) bytes += stats.size;
    if (marks(basename(path)) && /^(?:.*node_modules\/)?(?:@[^/]+\/)?[^/]+(?:\/package\.json)?$/.test(path))
      packages.add(path);
  }
  return { bytes, packages: packages.size };
}

async function versionOf(folder: string, name: string): Promise<string> {
  const { version } = (await Bun.file(join(folder, "node_modules", name, "package.json")).json()) as {
    version: string;
  };
  return version;
}

function freePort(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const server = createServer().listen(0, "127.0.0.1", () => {
    const address = server.address();
    server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
  });
  return promise;
}
