import { styleText } from "node:util";

const COLOURS = ["cyan", "magenta", "yellow", "green", "blue"] as const;

/** `backend   | ` or, with several workers, `backend 1 | `; the colour follows from the name. */
export function prefixFor(component: string, index: number, workers: number, width: number, colour: boolean): string {
  const name = workers === 1 ? component : `${component} ${index}`;
  const text = `${name.padEnd(width + 2)} | `;
  if (!colour) return text;
  const sum = Buffer.from(component).reduce((total, byte) => total + byte, 0);
  return styleText(COLOURS[sum % COLOURS.length] ?? "cyan", text, { validateStream: false });
}
