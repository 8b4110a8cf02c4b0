import { type KvEventSink } from "../kv/kv-event-sink.ts";
import { type BlockName, type KvBlock } from "./kv-block.ts";

/**
 * The blocks of an engine. A block is in use as long as a request refers to it. One that is full has a name, and stays when nobody
 * uses it any more, until its room is needed: the one that was unused for longest goes first.
 *
 * The block before a named one is named, too: the blocks of a request are released from the last one on.
 */
export class KvBlockPool {
  /** Made when first needed. */
  private made = 0;
  private readonly blank: KvBlock[] = [];
  /** Named ones that nobody uses, the one that was released first in front. */
  private readonly idle = new Set<KvBlock>();
  private readonly named = new Map<bigint, KvBlock>();

  constructor(
    /** How many blocks there are. */
    readonly total: number,
    private readonly events: KvEventSink,
  ) {}

  /** Blocks that a request could get. */
  get free(): number {
    return this.total - this.made + this.blank.length + this.idle.size;
  }

  /** Blocks in use. */
  get used(): number {
    return this.total - this.free;
  }

  /** Blocks that would be found, in use or not. */
  get cached(): number {
    return this.named.size;
  }

  /** The blocks at the beginning of a prompt that are there. Nobody refers to them yet. */
  match(hashes: readonly bigint[]): KvBlock[] {
    const found: KvBlock[] = [];
    for (const hash of hashes) {
      const block = this.named.get(hash);
      if (block === undefined) break;
      found.push(block);
    }
    return found;
  }

  /** How many of these blocks are free as long as nobody uses them. */
  idleAmong(blocks: readonly KvBlock[]): number {
    return blocks.reduce((count, block) => count + (block.references === 0 ? 1 : 0), 0);
  }

  /** One more request uses the block. */
  use(block: KvBlock): void {
    block.references += 1;
    this.idle.delete(block);
  }

  /** An empty block for one request; null when all are in use. */
  allocate(): KvBlock | null {
    const block = this.blank.pop() ?? this.another() ?? this.evict();
    if (block === null) return null;
    block.references = 1;
    return block;
  }

  /**
   * The block is full. Gives the one that has this name from now on: another one, where another request was faster; the block
   * itself is free then.
   */
  seal(block: KvBlock, name: BlockName): { readonly block: KvBlock; readonly isNew: boolean } {
    const same = this.named.get(name.hash);
    if (same === undefined) {
      block.name = name;
      this.named.set(name.hash, block);
      return { block, isNew: true };
    }
    this.use(same);
    this.release(block);
    return { block: same, isNew: false };
  }

  /** One request less uses the block. */
  release(block: KvBlock): void {
    block.references -= 1;
    if (block.references > 0) return;
    if (block.name === null) this.blank.push(block);
    else this.idle.add(block);
  }

  private another(): KvBlock | null {
    if (this.made === this.total) return null;
    this.made += 1;
    return { references: 0, name: null };
  }

  private evict(): KvBlock | null {
    const [oldest] = this.idle;
    if (oldest?.name === undefined || oldest.name === null) return null;
    this.idle.delete(oldest);
    this.named.delete(oldest.name.hash);
    this.events.removed([oldest.name.hash]);
    oldest.name = null;
    return oldest;
  }
}
