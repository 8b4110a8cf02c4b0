import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { frame, FrameReader, KIND, preface } from "./wire.ts";

/** What a worker by hand does with a call: it gets the request's text and writes what it likes on the call's stream. */
export type Answer = (
  request: string,
  write: (kind: number, flags: number, payload: string | Uint8Array) => void,
) => void;

/** A worker that speaks the wire by hand and is registered in a discovery folder by hand. */
export class RawWorker implements Disposable {
  readonly #server: Bun.TCPSocketListener<FrameReader>;

  constructor(folder: string, path: string, id: bigint, answer: Answer) {
    this.#server = Bun.listen<FrameReader>({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        open: (socket) => {
          socket.data = new FrameReader();
        },
        data: (socket, bytes) => {
          const { greeted } = socket.data;
          const frames = socket.data.push(bytes);
          if (!greeted && socket.data.greeted) socket.write(preface());
          for (const { kind, stream, payload } of frames) {
            if (kind === KIND.ping) socket.write(frame(KIND.pong, 0, 0, payload));
            if (kind !== KIND.data) continue;
            const parts: Buffer[] = [];
            answer(payload.toString(), (...part) => parts.push(frame(part[0], part[1], stream, part[2])));
            socket.write(Buffer.concat(parts));
          }
        },
      },
    });
    this.#register(folder, path, id);
  }

  [Symbol.dispose](): void {
    this.#server.stop(true);
  }

  #register(folder: string, path: string, id: bigint): void {
    const [namespace, component, endpoint] = path.split(".");
    const bucket = join(folder, "v1", "instances");
    mkdirSync(bucket, { recursive: true });
    const address = `127.0.0.1:${this.#server.port}`;
    const record =
      `{"type":"Endpoint","namespace":"${namespace}","component":"${component}","endpoint":"${endpoint}",` +
      `"instance_id":${id},"transport":{},"stator":{"address":"${address}","versions":[1,1],"idempotent":false}}`;
    const name = encodeURIComponent(`${namespace}/${component}/${endpoint}/${id.toString(16)}`);
    writeFileSync(join(folder, "record"), record);
    renameSync(join(folder, "record"), join(bucket, name));
  }
}
