import { listTargets, OLDEST_GLIBC } from "../addon/addon-target.ts";

export const help = `stator-codegen: TypeScript from contracts

Usage: stator-codegen [options]

Builds each contract crate that stator.codegen.json names, asks it for its document, and writes types, validators,
clients and server interfaces into the crate's output folder. Instead of a crate it can name services in TypeScript.

       stator-codegen export <file>[#<Service>]... [--out <folder or file.json>] [--check] [--json-schema] [--open-api]
       stator-codegen diff <old> <new> [--json]
       stator-codegen build-addon [--target <triple>] [--profile <name>] [--strip] [--locked]
                                  [--config <file>]
       stator-codegen exports [<addon> <document>] [--config <file>]

Options:
  --check           Write nothing. Exit with 1 and a diff when the committed files are not what would be generated.
  -w, --watch       Generate, and again whenever the crate, or a local crate that it depends on, changes; of services,
                    their modules and what these import.
  --from-document   Generate from the committed document.json, without Rust and without loading services.
  --config <file>   Default: stator.codegen.json in the current folder.
  -h, --help        Show this.

stator.codegen.json:
  {
    "outputs": [{
      "crate": "my-contract",       the Cargo package; its binary prints the document
      "service": "src/app.ts#Api",  instead of a crate: a class with @service, or a list of them
      "out": "src/generated",       a folder inside of the package, for generated files only
      "bin": "contract",            optional: which binary
      "features": ["contract"],     optional: Cargo features
      "jsonSchema": true,           optional: also json-schema.json
      "openApi": true,              optional: also openapi/<service>.json
      "addon": {                    for a crate with bindings
        "name": "my-addon",         its files are my-addon.<platform>.node
        "folder": ".",              optional: where they are
        "package": "@me/my-addon"   optional: packages that carry it, as @me/my-addon-<platform>
      }
    }],
    "command": "bun run codegen"    optional: how to regenerate, for the headers
  }

export makes the document of services whose schemas are of zod, valibot, ArkType or another library with Standard JSON
Schema. Without #<Service> it takes all services of the file. It prints the document, or writes it to a file, or
generates a folder as above. What the document cannot say is refused, or said as a note.

build-addon compiles the crate of each output that names an addon, and puts the file where the generated loader looks for
it. It prints the size of the file before and after, its machine, the libraries that it needs and its highest version of
glibc. --profile is a profile of Cargo (default: release). --strip leaves out the symbols that nobody links against, also
where Cargo forgets \`strip\` of the profile: for packages with an override of their own. --target compiles for another
machine: the target is added by rustup when it is missing, and cargo-zigbuild links (pip install cargo-zigbuild ziglang),
unless the variable CARGO_TARGET_<TRIPLE>_LINKER names a linker. Targets, and the platform in the file's name:
${listTargets()}
A target that ends in -linux-gnu can have the oldest glibc that the addon shall run on: x86_64-unknown-linux-gnu.2.17. The
default is ${OLDEST_GLIBC}. An addon that needs a newer one is refused.

exports loads each addon and compares its real exports with the document that its stubs come from.

diff compares two documents (document.json of a folder, before and after) and says what breaks between old and new
callers and services.

Exit codes: 0 done, up to date, the same or nothing breaks; 1 drift, nothing generated, a difference or a break; 2 wrong usage.
`;
