import type { Manifest } from "./manifest.ts";

/**
 * What is published as a program. The sources say the rest; an engine that does not know TypeScript in packages, or has no Bun,
 * would only say that it cannot read them.
 */
export function binFile(program: string, source: string, manifest: Manifest): string {
  return `#!/usr/bin/env bun
if (process.versions.bun === undefined) {
  console.error("${program} needs ${bun(manifest)}, and was started by Node " + process.versions.node + ". Then: bunx ${program}");
  process.exit(1);
}
await import(${JSON.stringify(source)});
`;
}

/** What engines other than Bun get of a package that is for Bun alone. */
export function needsBunFile(manifest: Manifest): string {
  const { name, version } = manifest;
  return `throw new Error(
  "${name} ${version} needs ${bun(manifest)}: services, the supervisor and the command stator use what it alone has. " +
    "Node calls services with @stator/runtime-native and with generated clients.",
);
`;
}

function bun({ engines }: Manifest): string {
  return `Bun ${engines?.["bun"] ?? ""} (https://bun.sh)`;
}
