/** Calls that may end the process; `endOf` runs each in one of its own. */
import { panics } from "../generated/index.ts";
import { cAbi } from "./c-abi.ts";
import { outcome } from "./outcome.ts";
import { plainNapi } from "./plain-napi.ts";

const dangers: Record<string, () => unknown> = {
  "c-panic": () => cAbi.panics(),
  "napi-panic": () => plainNapi["panics"]?.("late"),
  "stub-panic": () => panics("late"),
};

const danger = dangers[process.argv[2] ?? ""];
if (danger === undefined) throw new Error(`one of ${Object.keys(dangers).join(", ")}`);
console.log(outcome(danger));
