/** `bun run publish:packages`: publishes all public packages. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { packAll } from "./lib/publish/pack-all.ts";
import { isPublished, publishTarball } from "./lib/publish/publish-tarball.ts";
import { reviewPackage } from "./lib/publish/review-package.ts";

const HELP = `Publishes all public packages, each after those that it depends on.

Usage: bun run publish:packages --registry <url> [options]

What the registry has in this version is left out, so a run that failed in between is run again. Packages that
\`bun run publish:dry\` refuses are refused here, too, and nothing is published while the addon of a platform is missing.

Options:
  --registry <url>   where to; it has no default, so that nothing is published by accident
  --token <name>     the environment variable with the token of the registry (default NPM_TOKEN)
  --tag <name>       what the versions are called there (default latest)
  --allow-missing    publishes without the packages of platforms whose addon was not built here
  --help             shows this text`;

process.exitCode = await main();

async function main(): Promise<number> {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        registry: { type: "string" },
        token: { type: "string", default: "NPM_TOKEN" },
        tag: { type: "string", default: "latest" },
        "allow-missing": { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }));
    if (!values.help && !URL.canParse(values.registry ?? "")) throw new Error("Say where to: --registry <url>.");
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    return 2;
  }
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const scratch = mkdtempSync(join(tmpdir(), "stator-publish-"));
  try {
    const { registry = "", tag } = values;
    return await publish(scratch, { registry, tag, token: values.token, allowMissing: values["allow-missing"] });
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

type Options = {
  readonly registry: string;
  readonly tag: string;
  readonly token: string;
  readonly allowMissing: boolean;
};

async function publish(scratch: string, { registry, tag, token, allowMissing }: Options): Promise<number> {
  const { tarballs, missing } = await packAll(scratch);
  const refused = tarballs.flatMap(({ name, files }) => reviewPackage(files).refused.map((each) => `${name}: ${each}`));
  if (missing.length > 0 && !allowMissing) {
    refused.push(`No addon was built for ${missing.join(", ")}: bun run build:target makes it`);
  }
  if (refused.length > 0) {
    console.error(refused.join("\n"));
    return 1;
  }
  // `bun publish` reads both in the folder that it runs in; the token itself stays in the environment.
  writeFileSync(join(scratch, "package.json"), '{ "private": true }\n');
  const { host, pathname } = new URL(registry);
  writeFileSync(join(scratch, ".npmrc"), `//${host}${pathname.replace(/\/?$/, "/")}:_authToken=\${${token}}\n`);
  for (const each of tarballs) {
    if (await isPublished(each, registry)) console.log(`${each.name} ${each.version} is there already`);
    else {
      await publishTarball(each, registry, tag);
      console.log(`${each.name} ${each.version} is published`);
    }
  }
  return 0;
}
