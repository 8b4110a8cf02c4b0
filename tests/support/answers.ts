import { until } from "./command.ts";

/** Asks until this is the answer: a process that waits for a processor may say that it is not ready for a moment. */
export async function answers(url: string, status: number, body?: unknown): Promise<void> {
  let last = "nothing";
  await until(async () => {
    const response = await fetch(url);
    const text = await response.text();
    last = `${response.status} ${text}`;
    return response.status === status && (body === undefined || Bun.deepEquals(JSON.parse(text), body));
  }, `${url} answers with ${status}`).catch((error: unknown) => {
    throw new Error(`${String(error)} It said ${last}`);
  });
}
