import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { frame, FrameReader, KIND, pathOf, preface } from "./wire.ts";

/** Writes a frame on the stream of a call. */
export type Write = (kind: number, flags: number, payload: string | Uint8Array) => void;

/** What a worker by hand does with a call: it gets the request's text and writes what it likes on the call's stream. */
export type Answer = (request: string, write: Write, path: string) => void;

interface Peer {
  readonly reader: FrameReader;
  /** What the calls on its streams are for. */
  readonly paths: Map<number, string>;
}

/** A worker that speaks the wire by hand and is registered in a discovery folder by hand. */
export class RawWorker implements Disposable {
  readonly #server: Bun.TCPSocketListener<Peer>;

  /** `contract` is what its record says, if anything. */
  constructor(folder: string, path: string, id: bigint, answer: Answer, contract?: unknown) {
    this.#server = Bun.listen<Peer>({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        open: (socket) => {
          socket.data = { reader: new FrameReader(), paths: new Map() };
        },
        data: (socket, bytes) => {
          const { reader, paths } = socket.data;
          const { greeted } = reader;
          const frames = reader.push(bytes);
          if (!greeted && reader.greeted) socket.write(preface());
          for (const { kind, stream, payload } of frames) {
            if (kind === KIND.ping) socket.write(frame(KIND.pong, 0, 0, payload));
            if (kind === KIND.open) paths.set(stream, pathOf(payload));
            if (kind !== KIND.data) continue;
            const parts: Buffer[] = [];
            const write: Write = (...part) => parts.push(frame(part[0], part[1], stream, part[2]));
            answer(payload.toString(), write, paths.get(stream) ?? "");
            socket.write(Buffer.concat(parts));
          }
        },
      },
    });
    this.#register(folder, path, id, contract);
  }

  [Symbol.dispose](): void {
    this.#server.stop(true);
  }

  #register(folder: string, path: string, id: bigint, contract: unknown): void {
    const [namespace, component, endpoint] = path.split(".");
    const bucket = join(folder, "v1", "instances");
    mkdirSync(bucket, { recursive: true });
    const said = contract === undefined ? "" : `,"contract":${JSON.stringify(contract)}`;
    const address = `127.0.0.1:${this.#server.port}`;
    const record =
      `{"type":"Endpoint","namespace":"${namespace}","component":"${component}","endpoint":"${endpoint}",` +
      `"instance_id":${id},"transport":{},"stator":{"address":"${address}","versions":[1,1],"idempotent":false${said}}}`;
    const name = encodeURIComponent(`${namespace}/${component}/${endpoint}/${id.toString(16)}`);
    writeFileSync(join(folder, "record"), record);
    renameSync(join(folder, "record"), join(bucket, name));
  }
}
