import { basename } from "node:path";
import {
  inspectAddon,
  inspectedPlatform,
  printInspection,
} from "../../../packages/codegen/src/addon/inspect/inspect-addon.ts";

/** What is wrong with a package, and what a person should know before it is published. */
export type Review = {
  /** Each of these forbids publishing. */
  readonly refused: readonly string[];
  readonly remarks: readonly string[];
};

const IS_TEST = "is a test";
/** What a new application begins with is part of the package, its tests too. */
const TEMPLATE = /^template\//;
const FORBIDDEN: readonly [RegExp, string][] = [
  [/(^|\/)(tests?|__tests__|node_modules|target|\.stator|\.turbo|\.git)\//, "is no part of a package"],
  [/\.test(-d)?\.[cm]?[jt]sx?$/, IS_TEST],
  [/(^|\/)tests\.rs$/, IS_TEST],
  [/-fixtures\//, "is of tests"],
  [/(^|\/)\.(env|npmrc|netrc)(\.|$)/, "may hold secrets"],
  [/\.(pem|key|p12)$/, "may hold secrets"],
  [/\.(log|tgz|tsbuildinfo|orig|swp)$/, "was left over"],
  [/\.node\.\d+$/, "is half of an addon"],
];
/** Of npm, when a package is installed: none of ours runs anything then. */
const INSTALL_SCRIPTS = ["preinstall", "install", "postinstall", "prepare"];
const EXPECTED = ["README.md", "LICENSE", "CHANGELOG.md"];

/** Looks at the files of a packed package. */
export function reviewPackage(files: ReadonlyMap<string, Uint8Array>): Review {
  const refused: string[] = [];
  const remarks: string[] = [];
  for (const [path, content] of files) {
    const reason = FORBIDDEN.find(([pattern]) => pattern.test(path))?.[1];
    if (reason !== undefined && !(reason === IS_TEST && TEMPLATE.test(path))) refused.push(`${path} ${reason}`);
    if (path.endsWith(".node")) reviewAddon(path, content, refused, remarks);
  }
  const manifest = files.get("package.json");
  if (manifest === undefined) refused.push("package.json is missing");
  else refused.push(...reviewManifest(JSON.parse(new TextDecoder().decode(manifest)) as Manifest));
  const missing = EXPECTED.filter((path) => !files.has(path));
  if (missing.length > 0) refused.push(`it has no ${missing.join(", no ")}`);
  return { refused, remarks };
}

type Manifest = {
  readonly scripts?: Record<string, string>;
  readonly dependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
};

function reviewManifest(manifest: Manifest): string[] {
  const { scripts = {}, dependencies, peerDependencies, optionalDependencies } = manifest;
  const wanted = Object.entries({ ...dependencies, ...peerDependencies, ...optionalDependencies });
  return [
    ...INSTALL_SCRIPTS.filter((name) => name in scripts).map(
      (name) => `package.json: ${name} runs when it is installed`,
    ),
    ...wanted
      .filter(([, version]) => /^(workspace|file|link):/.test(version))
      .map(([name, version]) => `package.json: ${name} is ${version}, which nobody else has`),
  ];
}

function reviewAddon(path: string, content: Uint8Array, refused: string[], remarks: string[]): void {
  try {
    const inspection = inspectAddon(content, path);
    const platform = inspectedPlatform(inspection);
    if (!basename(path).endsWith(`.${platform}.node`)) refused.push(`${path} is for ${platform}`);
    remarks.push(`${path}: ${printInspection(inspection)}`);
    if (inspection.stripped === false) remarks.push(`${path} has symbols: bun run build:release leaves them out`);
  } catch (error) {
    refused.push(error instanceof Error ? error.message : String(error));
  }
}
