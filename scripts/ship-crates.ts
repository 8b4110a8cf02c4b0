/** `bun scripts/ship-crates.ts`: what @stator/codegen ships of crates of other packages. It runs before the package is packed. */
import { shipCrates } from "./lib/crates/ship-crates.ts";

const HELP = `Copies the Rust crates that services are built with into packages/codegen/crates, beside those of contracts.

Usage: bun scripts/ship-crates.ts

Their manifests get everything written out that they take from the Cargo workspace, so that applications elsewhere use
them by their path in node_modules/@stator/codegen/crates. The copies are no part of the repository, and nothing in it
uses them. \`bun pm pack\` and \`bun publish\` run this first.`;

const [option] = process.argv.slice(2);
if (option === "--help" || option === "-h") {
  console.log(HELP);
} else if (option !== undefined) {
  console.error(`There is no ${option}.\n\n${HELP}`);
  process.exitCode = 2;
} else {
  console.log(`Copied ${shipCrates().join(", ")} to packages/codegen/crates.`);
}
