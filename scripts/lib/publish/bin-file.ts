/**
 * What is published as a program. The sources say the rest; an engine that does not know TypeScript in packages, or has no Bun,
 * would only say that it cannot read them.
 */
export function binFile(name: string, source: string, bun: string): string {
  return `#!/usr/bin/env bun
if (process.versions.bun === undefined) {
  console.error("${name} needs Bun ${bun}, and was started by Node " + process.versions.node + ". Install it from https://bun.sh, then: bunx ${name}");
  process.exit(1);
}
await import(${JSON.stringify(source)});
`;
}
