import { encode } from "@msgpack/msgpack";

import { ZmtpServer } from "./zmtp-server.ts";

/** What the stand-in for an engine says of its cache, in vLLM's form: a PUB socket, and a ROUTER socket for what was missed. */
export class KvEventLog implements AsyncDisposable {
  readonly #batches: Uint8Array[] = [];

  private constructor(
    readonly publisher: ZmtpServer,
    readonly router: ZmtpServer | null,
    private readonly topic: string,
    batches: readonly Uint8Array[],
  ) {
    this.#batches.push(...batches);
  }

  static async open(endpoint: string, replayEndpoint: string, topic: string): Promise<KvEventLog> {
    let self: KvEventLog | null = null;
    const publisher = await ZmtpServer.listen(endpoint, "PUB");
    const router =
      replayEndpoint === ""
        ? null
        : await ZmtpServer.listen(replayEndpoint, "ROUTER", ([, from], answer) => self?.replay(from, answer));
    self = new KvEventLog(publisher, router, topic, []);
    return self;
  }

  /** Publishes a batch; `silent` keeps it from those who listen now. */
  add(payload: Uint8Array, silent = false): void {
    const sequence = this.#batches.push(payload) - 1;
    if (!silent) this.publisher.publish([new TextEncoder().encode(this.topic), bytesOf(BigInt(sequence)), payload]);
  }

  /** A batch with blocks that follow each other. */
  stored(
    hashes: readonly bigint[],
    parent: bigint | null,
    tokens: readonly number[],
    blockSize: number,
    silent = false,
  ): void {
    this.add(
      encode([1.5, [["BlockStored", hashes, parent, tokens, blockSize, null, "GPU", null]], 0], { useBigInt64: true }),
      silent,
    );
  }

  /** Begins anew, as an engine that was started again. */
  forget(): void {
    this.#batches.length = 0;
  }

  replay(from: Uint8Array | undefined, answer: (frames: Uint8Array[]) => void): void {
    const first = from?.length === 8 ? new DataView(from.buffer, from.byteOffset).getBigUint64(0) : 0n;
    for (const [index, payload] of this.#batches.entries()) {
      if (BigInt(index) >= first) answer([new Uint8Array(0), bytesOf(BigInt(index)), payload]);
    }
    answer([new Uint8Array(0), bytesOf(0xffff_ffff_ffff_ffffn), new Uint8Array(0)]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.publisher[Symbol.asyncDispose]();
    await this.router?.[Symbol.asyncDispose]();
  }
}

function bytesOf(sequence: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, sequence);
  return bytes;
}
