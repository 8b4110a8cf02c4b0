import { existsSync, readFileSync } from "node:fs";
import { basename, isAbsolute, join, relative, sep } from "node:path";

import { UsageError } from "../cli/usage-error.ts";
import { CONTAINER_USER } from "./container-environment.ts";
import type { Deployment, Rendered } from "./deployment.ts";
import { header } from "./header.ts";
import { containerArguments, STATOR } from "./serve-command.ts";

/** What an image has no use for, or must not have. */
const IGNORED = [
  ".git",
  "**/node_modules",
  "**/*.log",
  "**/.env",
  "**/.env.*",
  "**/key.pem",
  "**/ca-key.pem",
  "stator-certs",
];

/** How the image of a graph is built, and what is left out of it. All services have the same image. */
export function dockerfile(deployment: Deployment): Rendered {
  const { options, name } = deployment;
  const file = relative(options.project, join(options.out, "Dockerfile")).split(sep).join("/");
  const image = options.image ?? `${name}:latest`;
  const steps = [`docker build --file ${file} --tag ${image} .`];
  const ignored = [...IGNORED, ...generatedFolder(deployment)].map((each) => `${each}\n`).join("");
  return {
    files: [
      { path: "Dockerfile", text: `${header(deployment)}${buildSteps(deployment)}` },
      // Beside the Dockerfile, and for it alone.
      { path: "Dockerfile.dockerignore", text: `${header(deployment)}${ignored}` },
    ],
    steps: options.rendering === "compose" ? [] : steps,
  };
}

/** The same by itself. */
export function renderDockerfile(deployment: Deployment): Rendered {
  return dockerfile(deployment);
}

function buildSteps(deployment: Deployment): string {
  const { options, services } = deployment;
  const manifest = readManifest(options.project);
  const base = `oven/bun:${bunVersion(manifest)}-slim`;
  const lock = existsSync(join(options.project, "bun.lock"));
  const isTool = !isNamed(manifest.dependencies);
  const install = ["RUN bun install", ...(isTool ? [] : ["--production"]), ...(lock ? ["--frozen-lockfile"] : [])].join(
    " ",
  );
  const root = services.at(-1);
  const ports = [...new Set(services.flatMap(({ port }) => port ?? []))].toSorted((a, b) => a - b);
  const programs = services.flatMap(({ className, command }) =>
    command === null ? [] : [`${className} (${programOf(command.argv[0] ?? "", options.project)})`],
  );
  return [
    `FROM ${base} AS packages`,
    "WORKDIR /app",
    ...(lock ? [] : ["# There is no bun.lock: with one the packages would be the same every time."]),
    ...(isTool
      ? [`# ${SDK} is among the devDependencies, so they are needed: as a dependency it would come alone.`]
      : []),
    ...packageSteps(manifest, lock, install),
    "",
    `FROM ${base}`,
    "WORKDIR /app",
    "ENV NODE_ENV=production",
    ...(programs.length === 0
      ? []
      : [`# Programs of their own, which have to be in the project, built for this image: ${programs.join(", ")}.`]),
    ...(manifest.workspaces === undefined
      ? ["COPY --from=packages /app/node_modules node_modules", "COPY . ."]
      : ["COPY --from=packages /app ."]),
    // By number, so that Kubernetes sees that it is not root.
    `USER ${CONTAINER_USER}:${CONTAINER_USER}`,
    ...(ports.length === 0 ? [] : [`EXPOSE ${ports.join(" ")}`]),
    "STOPSIGNAL SIGTERM",
    `ENTRYPOINT ${JSON.stringify(STATOR)}`,
    ...(root === undefined
      ? []
      : [
          "# Each service has arguments of its own; these are for the front.",
          `CMD ${JSON.stringify(containerArguments(deployment, root))}`,
        ]),
    "",
  ].join("\n");
}

/** Packages first, so that they are installed again only when they have changed; a workspace needs all its members. */
function packageSteps({ workspaces }: Manifest, lock: boolean, install: string): string[] {
  if (workspaces !== undefined) return ["COPY . .", install];
  return [`COPY package.json ${lock ? "bun.lock " : ""}./`, install];
}

const SDK = "@stator/sdk";

function isNamed(dependencies: unknown): boolean {
  return typeof dependencies === "object" && dependencies !== null && SDK in dependencies;
}

interface Manifest {
  readonly dependencies?: unknown;
  readonly devDependencies?: unknown;
  readonly packageManager?: unknown;
  readonly workspaces?: unknown;
}

function readManifest(project: string): Manifest {
  const path = join(project, "package.json");
  if (!existsSync(path)) {
    throw new UsageError(`There is no ${path}; run this from the project's folder, which the image is built of.`);
  }
  const manifest = parsedManifest(path);
  if (isNamed(manifest.dependencies) || isNamed(manifest.devDependencies)) return manifest;
  throw new UsageError(`${path} does not name ${SDK}, so the image would have no stator; say bun add ${SDK}.`);
}

function parsedManifest(path: string): Manifest {
  try {
    const manifest: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof manifest === "object" && manifest !== null) return manifest;
    throw new Error("an object is expected");
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

/** A program as it is found in the project, or its name. */
function programOf(program: string, project: string): string {
  if (!isAbsolute(program)) return program;
  const path = relative(project, program).split(sep).join("/");
  return path.startsWith("..") ? basename(program) : path;
}

/** The Bun that the project names, else this one. */
function bunVersion({ packageManager }: Manifest): string {
  return /^bun@(\d+\.\d+\.\d+)/.exec(typeof packageManager === "string" ? packageManager : "")?.[1] ?? Bun.version;
}

function generatedFolder({ options: { project, out } }: Deployment): string[] {
  const path = relative(project, out).split(sep).join("/");
  return path === "" || path.startsWith("..") ? [] : [path];
}
