export const help = `stator-codegen: TypeScript from Rust contracts

Usage: stator-codegen [options]

Builds each contract crate that stator.codegen.json names, asks it for its document, and writes types, validators,
clients and server interfaces into the crate's output folder.

       stator-codegen diff <old> <new> [--json]
       stator-codegen build-addon [--target <triple>] [--profile <name>] [--locked] [--config <file>]
       stator-codegen exports [<addon> <document>] [--config <file>]

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
      "openApi": true,              optional: also openapi/<service>.json
      "addon": {                    for a crate with bindings
        "name": "my-addon",         its files are my-addon.<platform>.node
        "folder": "."               optional: where they are
      }
    }],
    "command": "bun run codegen"    optional: how to regenerate, for the headers
  }

build-addon compiles the crate of each output that names an addon, in release mode, and puts the file where the generated
loader looks for it. --target is a target of rustc, whose linker has to be there.

exports loads each addon and compares its real exports with the document that its stubs come from.

diff compares two documents (document.json of a folder, before and after) and says what breaks between old and new
callers and services.

Exit codes: 0 done, up to date, the same or nothing breaks; 1 drift, nothing generated, a difference or a break; 2 wrong usage.
`;
