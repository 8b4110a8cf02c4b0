import { StatorError } from "@stator/sdk";

/** `GGUF` as a little-endian number. */
const MAGIC = 0x4655_4747;

/**
 * Looks at the beginning of a file: readers of the rest take its word for lengths.
 *
 * @throws StatorError `not_found` if it is not there, `invalid_argument` if it is no GGUF file.
 */
export async function checkGguf(path: string): Promise<void> {
  const file = Bun.file(path);
  if (path === "" || !(await file.exists())) {
    throw new StatorError("not_found", `LlamaWorker.path: there is no GGUF file ${JSON.stringify(path)}.`);
  }
  const head = new DataView(await file.slice(0, 8).arrayBuffer());
  const version = head.byteLength === 8 && head.getUint32(0, true) === MAGIC ? head.getUint32(4, true) : 0;
  if (version === 2 || version === 3) return;
  throw new StatorError("invalid_argument", `${path} cannot be loaded: it is no GGUF file of version 2 or 3.`);
}
