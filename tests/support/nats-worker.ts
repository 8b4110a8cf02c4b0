import { mkdirSync, writeFileSync } from "node:fs";
import { connect as connectTcp, type Socket } from "node:net";
import { join } from "node:path";

import { connect, type Msg, type NatsConnection, type Subscription } from "nats";

/** The control message of a request. */
export interface Control {
  readonly id: string;
  readonly connection_info: { readonly transport: string; readonly info: string };
}

export interface Home {
  readonly address: string;
  readonly subject: string;
  readonly context: string;
  readonly stream_type: string;
  readonly nats?: string;
}

/** A worker that the test serves by hand over NATS, with its record in a folder. */
export class NatsWorker implements AsyncDisposable {
  static readonly subject = "hand_worker.run-2a";
  readonly eye: NatsConnection;
  readonly #subscription: Subscription;
  readonly #requests: AsyncIterator<Msg>;

  private constructor(eye: NatsConnection, subscription: Subscription) {
    this.eye = eye;
    this.#subscription = subscription;
    this.#requests = subscription[Symbol.asyncIterator]();
  }

  /** With `answers` its record says that it can answer over NATS. */
  static async start(url: string, folder: string, answers = false): Promise<NatsWorker> {
    const eye = await connect({ servers: url });
    const subscription = eye.subscribe(NatsWorker.subject, { queue: "q" });
    await eye.flush();
    const stator = { address: "127.0.0.1:1", versions: [1, 1], nats_answers: true };
    writeRecord(folder, { nats_tcp: NatsWorker.subject }, answers ? { stator } : {});
    return new NatsWorker(eye, subscription);
  }

  async request(): Promise<{ message: Msg; control: Control; home: Home; body: string }> {
    const { value: message } = (await this.#requests.next()) as { value: Msg };
    const { header, body } = split(Buffer.from(message.data));
    const control = JSON.parse(header) as Control;
    return { message, control, home: JSON.parse(control.connection_info.info) as Home, body };
  }

  /** Listens no more, and the server knows: it learns of a closed connection at a time of its own. */
  async leave(): Promise<void> {
    this.#subscription.unsubscribe();
    await this.eye.flush();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.eye.close();
  }
}

/** Puts the record of `hand.worker.run`, instance 42, into a folder. */
export function writeRecord(folder: string, transport: object, more: object = {}): void {
  const bucket = join(folder, "v1", "instances");
  mkdirSync(bucket, { recursive: true });
  const names = { namespace: "hand", component: "worker", endpoint: "run" };
  const record = { type: "Endpoint", ...names, instance_id: 42, transport, request_plane_codec: "json", ...more };
  writeFileSync(join(bucket, "hand%2Fworker%2Frun%2F2a"), JSON.stringify(record));
}

/** `u64 header length | u64 body length | u64 checksum | header | body`. */
export function twoPart(header: string, body = ""): Buffer {
  const prefix = Buffer.alloc(24);
  prefix.writeBigUInt64BE(BigInt(Buffer.byteLength(header)), 0);
  prefix.writeBigUInt64BE(BigInt(Buffer.byteLength(body)), 8);
  return Buffer.concat([prefix, Buffer.from(header), Buffer.from(body)]);
}

function split(payload: Buffer): { header: string; body: string } {
  const length = Number(payload.readBigUInt64BE(0));
  return { header: payload.toString("utf8", 24, 24 + length), body: payload.toString("utf8", 24 + length) };
}

/** Calls a caller's listener and says for which call. */
export async function callHome(home: Home, subject = home.subject): Promise<Socket> {
  const [host, port] = home.address.split(":");
  const socket = connectTcp(Number(port), host);
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  socket.write(twoPart(JSON.stringify({ subject, stream_type: "response" })));
  return socket;
}

/** A whole answer with one item, behind the handshake. */
export function answer(value: unknown): Buffer {
  return Buffer.concat([
    twoPart('{"error":null}'),
    twoPart("", JSON.stringify({ data: { data: value }, complete_final: false })),
    twoPart("", '{"complete_final":true}'),
    twoPart('"sentinel"'),
  ]);
}

/** A message of an answer over NATS. */
export function parcel(offset: number, bytes: Buffer, flags = 0): Buffer {
  const head = Buffer.alloc(26);
  head[0] = 1;
  head[1] = flags;
  head.writeBigUInt64BE(65_536n, 10);
  head.writeBigUInt64BE(BigInt(offset), 18);
  return Buffer.concat([head, bytes]);
}
