/** `bun run build:target <triple>`: compiles the addons for another machine. */
import { listTargets, OLDEST_GLIBC, readTarget } from "../packages/codegen/src/addon/addon-target.ts";
import { GenerationError } from "../packages/codegen/src/generation-error.ts";
import { crossTools } from "./lib/cross/cross-tools.ts";
import { root } from "./lib/paths.ts";
import { turbo } from "./lib/prepare.ts";
import { announce } from "./lib/step.ts";

const HELP = `Compiles the addons of the workspace for another machine, with the Cargo profile dist.

Usage: bun run build:target <triple> [<option of turbo>...]

  bun run build:target aarch64-unknown-linux-gnu
  bun run build:target x86_64-unknown-linux-musl --filter=@stator/examples

Each addon becomes <name>.<platform>.node beside that of this machine. Targets and platforms:
${listTargets()}

A target that ends in -linux-gnu can have the oldest glibc that it shall run on: x86_64-unknown-linux-gnu.2.17. The
default is ${OLDEST_GLIBC}. zig and cargo-zigbuild are installed below .stator/cross, unless cargo-zigbuild is on PATH;
rustup adds the target. Single addons: stator-codegen build-addon --target <triple>.`;

process.exitCode = await main(process.argv.slice(2));

async function main([triple, ...options]: string[]): Promise<number> {
  if (triple === "--help" || triple === "-h") {
    console.log(HELP);
    return 0;
  }
  if (triple === undefined || triple.startsWith("-")) {
    console.error(`build:target takes a target first.\n\n${HELP}`);
    return 2;
  }
  try {
    const target = readTarget(triple);
    const environment = target.zig ? await crossTools() : {};
    announce(`Building for ${triple} (${target.platform})`);
    const child = Bun.spawn([...turbo("run", "build:target", ...options), "--", triple], {
      cwd: root,
      env: { ...process.env, ...environment },
      stdio: ["inherit", "inherit", "inherit"],
    });
    return await child.exited;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    console.error(error instanceof GenerationError ? error.problems.join("\n") : error.message);
    return error instanceof GenerationError ? 2 : 1;
  }
}
