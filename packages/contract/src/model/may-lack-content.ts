import type { ContentShape } from "../document.ts";

/** Whether serde takes an adjacently tagged variant without the key of its content: it then reads `null`. */
export function mayLackContent(shape: ContentShape): boolean {
  return shape.kind === "newtype" && shape.of.kind === "option";
}
