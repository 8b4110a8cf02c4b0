import type * as Generated from "../generated/index.ts";

/** Calls a function of the addon whose generated files stand in the folder that is given. */
const { addNumbers, BindingError } = (await import(`${process.argv[2]}/index.ts`)) as typeof Generated;

try {
  console.log(addNumbers(1, 2));
} catch (error) {
  if (!(error instanceof BindingError)) throw error;
  console.log(`${error.code}: ${error.message}`);
}
