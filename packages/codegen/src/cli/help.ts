export const help = `stator-codegen: TypeScript from Rust contracts

Usage: stator-codegen [options]

Builds each contract crate that stator.codegen.json names, asks it for its document, and writes types, validators,
clients and server interfaces into the crate's output folder.

       stator-codegen diff <old> <new> [--json]

Options:
  --check           Write nothing. Exit with 1 and a diff when the committed files are not what would be generated.
  -w, --watch       Generate, and again whenever the crate or a local crate that it depends on changes.
  --from-document   Generate from the committed document.json, without Rust.
  --config <file>   Default: stator.codegen.json in the current folder.
  -h, --help        Show this.

stator.codegen.json:
  {
    "outputs": [{
      "crate": "my-contract",       the Cargo package; its binary prints the document
      "out": "src/generated",       a folder inside of the package, for generated files only
      "bin": "contract",            optional: which binary
      "features": ["contract"],     optional: Cargo features
      "jsonSchema": true,           optional: also json-schema.json
      "openApi": true               optional: also openapi/<service>.json
    }],
    "command": "bun run codegen"    optional: how to regenerate, for the headers
  }

diff compares two documents (document.json of a folder, before and after) and says what breaks between old and new
callers and services.

Exit codes: 0 done, up to date or nothing breaks; 1 drift, nothing generated or something breaks; 2 wrong usage.
`;
