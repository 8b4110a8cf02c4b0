/** The table of all error codes, for docs/errors.md: what Rust says about them, as `stator errors` shows it too. */
import { ERROR_CODES } from "@stator/runtime-native";

const cell = (text: string): string => text.replaceAll("|", "\\|");
const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;

console.log(row(["code", "meaning", "cause", "cure", "again", "HTTP"]));
console.log(row(Array.from({ length: 6 }, () => "---")));
for (const [code, { meaning, cause, cure, retryable, httpStatus }] of Object.entries(ERROR_CODES)) {
  console.log(row([`\`${code}\``, meaning, cause, cure, retryable ? "yes" : "no", String(httpStatus)]));
}
