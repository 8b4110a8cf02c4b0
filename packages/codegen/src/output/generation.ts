import manifest from "../../package.json" with { type: "json" };

/**
 * What generated files and the runtime have to have in common: the part of the version that changes when something breaks. Before
 * 1.0 that is `0.1`, later `1`. So a release that only mends something leaves generated files as they are.
 */
export const GENERATION: string = generationOf(manifest.version);

export function generationOf(version: string): string {
  const [major = "", minor = ""] = version.split(".");
  return major === "0" ? `0.${minor}` : major;
}
