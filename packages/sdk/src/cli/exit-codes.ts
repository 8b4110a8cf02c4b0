import type { ErrorCode } from "@stator/runtime-native";

/** How `stator call` ends for each error; 0 is success, 2 wrong usage. */
const EXIT_CODES: Readonly<Record<ErrorCode, number>> = {
  internal: 1,
  invalid_argument: 2,
  invalid_request: 3,
  payload_too_large: 3,
  not_found: 4,
  no_instances: 4,
  unavailable: 5,
  overloaded: 5,
  shutting_down: 5,
  discovery: 5,
  address_in_use: 5,
  unknown_outcome: 6,
  deadline_exceeded: 7,
  cancelled: 8,
  declared: 9,
  invalid_response: 10,
  protocol: 10,
  version_mismatch: 10,
  permission_denied: 11,
  conflict: 13,
  addon_missing: 12,
};

/** The exit code of an error. */
export function exitCodeOf(code: ErrorCode): number {
  return EXIT_CODES[code] ?? 1;
}

/** The table for the help, in lines. */
export function exitCodeLines(): string[] {
  const groups = Map.groupBy(Object.entries(EXIT_CODES), ([, exit]) => exit);
  return [...groups]
    .toSorted(([a], [b]) => a - b)
    .map(([exit, codes]) => `  ${String(exit).padEnd(3)} ${codes.map(([code]) => code).join(", ")}`);
}
