import { relative, resolve, sep } from "node:path";

import { SECURITY_FOLDER } from "./container-environment.ts";
import type { Deployment } from "./deployment.ts";

/** A text that Compose puts no variables into. */
export function verbatim(text: string): string {
  return text.replaceAll("$", "$$$$");
}

/** What builds the image: the project, with the Dockerfile beside the Compose file. */
export function buildOf({ options: { project, out } }: Deployment): object {
  const dockerfile = between(project, `${out}/Dockerfile`).replace(/^\.\//, "");
  return { context: between(out, project), dockerfile };
}

/** The folder with certificates, as a container has it. */
export function certificates({ options: { project, out } }: Deployment, security: string): object {
  return { type: "bind", source: between(out, resolve(project, security)), target: SECURITY_FOLDER, read_only: true };
}

/** A path as it is seen from a folder: with a dot in front, so that it is no name of something else. */
function between(folder: string, path: string): string {
  const steps = relative(folder, path).split(sep).join("/");
  if (steps === "") return ".";
  return steps.startsWith("..") ? steps : `./${steps}`;
}
