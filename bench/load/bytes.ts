import type { Load } from "./load.ts";
import { Window } from "./window.ts";

/** Keeps `inFlight` payloads under way, there and back, and counts the megabytes of both ways. */
export const measureBytes: Load = async (client, inFlight, duration, size) => {
  const send = client.bytes?.bind(client);
  if (send === undefined) return null;
  const window = new Window(duration);
  const megabytes = (2 * size) / 1e6;
  let seq = 0;
  let total = 0;

  async function caller(): Promise<void> {
    const request = new Uint8Array(size).fill(7);
    const numbers = new DataView(request.buffer);
    for (let sent = performance.now(); window.isOpen(sent); sent = performance.now()) {
      const number = ++seq;
      numbers.setUint32(0, number);
      numbers.setUint32(size - 4, number);
      const reply = await send?.(request);
      if (reply === undefined || reply.byteLength !== size)
        throw new Error(`${size} bytes came back as ${reply?.length}`);
      const received = new DataView(reply.buffer, reply.byteOffset, reply.byteLength);
      // Both ends, so that neither an old payload nor one that lacks a part passes; all of it would be most of the work.
      if (received.getUint32(0) !== number || received.getUint32(size - 4) !== number || reply[size >> 1] !== 7) {
        throw new Error(`the bytes of call ${number} came back as others`);
      }
      const now = performance.now();
      total += megabytes;
      window.count(megabytes, now);
      window.first(sent, now);
    }
  }

  await Promise.all(Array.from({ length: inFlight }, caller));
  return { rate: window.rate, total, latency: window.latency };
};
