/** What a mock engine has to do. */
export interface MockEngineState {
  readonly running: number;
  readonly waiting: number;
  /** Blocks that requests use. */
  readonly usedBlocks: number;
  /** Blocks that would be found again, in use or not. */
  readonly cachedBlocks: number;
  readonly totalBlocks: number;
  /** Tokens of prompts that are still to be computed. */
  readonly prefillTokens: number;
  /** Blocks of requests that write. */
  readonly decodeBlocks: number;
  /** Requests so far, and how many of them had to give up their blocks. */
  readonly requests: number;
  readonly preemptions: number;
  /** Tokens of the prompts of all requests that have begun, and how many of them were cached. */
  readonly promptTokens: number;
  readonly cachedTokens: number;
}
