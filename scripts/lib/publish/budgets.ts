/** What a package may be at most, in bytes: the tarball, and what it unpacks to. */
export type Budget = { readonly packed: number; readonly unpacked: number };

const KB = 1_000;
const MB = 1_000_000;

/**
 * One entry for each package. What is measured is about four fifths of it: growth by a quarter is to be noticed by somebody. The
 * addon of the debugging profile counts as it is without its symbols; `build:release` makes it smaller.
 */
const budgets: Readonly<Record<string, Budget>> = {
  "@stator/contract": { packed: 70 * KB, unpacked: 250 * KB },
  "@stator/runtime-native": { packed: 280 * KB, unpacked: 1.2 * MB },
  "@stator/sdk": { packed: 330 * KB, unpacked: 1.2 * MB },
  "@stator/codegen": { packed: 710 * KB, unpacked: 2.7 * MB },
  "@stator/llm": { packed: 380 * KB, unpacked: 1.8 * MB },
  "@stator/create": { packed: 30 * KB, unpacked: 90 * KB },
};

/** By the package whose addon it is: for each of its platforms. */
const addons: Readonly<Record<string, Budget>> = {
  "@stator/runtime-native": { packed: 9 * MB, unpacked: 23 * MB },
  "@stator/llm": { packed: 4 * MB, unpacked: 10 * MB },
};

/** The budget of a package; `carries` is the one whose addon it carries. Undefined where nobody has set one. */
export function budgetOf(name: string, carries: string | null): Budget | undefined {
  return carries === null ? budgets[name] : addons[carries];
}
