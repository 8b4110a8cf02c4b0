const CARGO_TEST = ["cargo", "test", "--release", "--locked"];

/**
 * Crates that turn on features of crates which the runtime uses too (`url/serde`, `indexmap/serde`, more of ts-rs). Tested
 * together with it they would make Cargo compile the clients of etcd and NATS and the runtime itself once more, with those.
 */
const FEATURES_OF_THEIR_OWN = ["bridge-type-mapping", "stator-contract-fixtures"];
/** Those of them that have tests in Rust. */
const TESTED_APART = ["stator-contract-fixtures"];

/** The commands that run all Rust tests and, as far as they can, take what `bun run build` has compiled. */
export function cargoTests(): string[][] {
  return [
    [...CARGO_TEST, "--workspace", ...FEATURES_OF_THEIR_OWN.flatMap((name) => ["--exclude", name])],
    ...TESTED_APART.map((name) => [...CARGO_TEST, "--package", name]),
  ];
}

/** The same for some of them: `chosen` is given to Cargo. Without a package in it, it means the first of `cargoTests`. */
export function cargoTest(chosen: readonly string[]): string[] {
  const named = chosen.some((word) => /^(?:-p|--package|--workspace)/.test(word));
  return [...(named ? CARGO_TEST : (cargoTests()[0] ?? CARGO_TEST)), ...chosen];
}
