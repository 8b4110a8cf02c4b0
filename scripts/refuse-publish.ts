/** Stands before `npm publish` in the folders of the packages: what is published is made of them, and is not what they hold. */
console.error(
  "Publish with `bun run publish:packages` from the root: a package as it is here has no compiled code and no addon.",
);
process.exitCode = 1;
