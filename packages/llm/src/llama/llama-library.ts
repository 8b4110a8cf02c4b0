/**
 * What is used of node-llama-cpp. The package is not there unless somebody has installed it, so nothing here may take its types from
 * it; a type test compares these with its own.
 */
export interface LlamaLibrary {
  getLlama(options: LlamaStart): Promise<LlamaInstance>;
  readonly LlamaLogLevel: { readonly error: unknown };
  readonly TokenBias: { for(model: never): TokenBias };
}

/** How llama.cpp is loaded. */
export interface LlamaStart {
  readonly build: "never";
  readonly skipDownload: true;
  readonly progressLogs: false;
  readonly logLevel: never;
  readonly gpu: "auto" | "cuda" | "vulkan" | "metal" | false;
  readonly maxThreads?: number;
}

/** llama.cpp in this process. */
export interface LlamaInstance {
  loadModel(options: { modelPath: string }): Promise<LlamaModel>;
  dispose(): Promise<void>;
}

/** A model that is loaded. */
export interface LlamaModel {
  readonly trainContextSize: number;
  readonly tokens: { readonly eos: number | null; readonly eot: number | null };
  readonly fileInfo: {
    readonly metadata: {
      readonly general: { readonly name?: string };
      readonly tokenizer: { readonly ggml: { readonly tokens: readonly string[] } };
    };
  };
  isEogToken(token: number | undefined): boolean;
  createContext(options: { contextSize: number; sequences: number; batchSize: number }): Promise<LlamaContext>;
  createEmbeddingContext(options: { contextSize: number }): Promise<LlamaEmbeddingContext>;
  dispose(): Promise<void>;
}

/** Memory for the tokens of several sequences. */
export interface LlamaContext {
  getSequence(): LlamaSequence;
  dispose(): Promise<void>;
}

/** Makes vectors. */
export interface LlamaEmbeddingContext {
  getEmbeddingFor(tokens: never[]): Promise<{ readonly vector: readonly number[] }>;
  dispose(): Promise<void>;
}

/** Tokens that follow each other, and what the model has made of them. */
export interface LlamaSequence {
  readonly contextTokens: readonly number[];
  readonly nextTokenIndex: number;
  clearHistory(): Promise<void>;
  eraseContextTokenRanges(ranges: { start: number; end: number }[]): Promise<void>;
  evaluateWithoutGeneratingNewTokens(tokens: number[]): Promise<void>;
  /** Takes a list of tokens, or of pairs `[token, { generateNext: NextToken }]`: its own types for them cannot be written here. */
  controlledEvaluate(input: never[]): Promise<(EvaluatedToken | undefined)[]>;
}

/** How the next token is chosen, and what is said of it. */
export interface NextToken {
  readonly token: true;
  readonly logits?: {
    readonly filter: {
      readonly tokens: readonly never[];
      readonly includeMax: true;
      readonly includeSelected: true;
      readonly includeTop: number;
    };
  };
  readonly totalLogitWeight?: true;
  readonly options: {
    readonly temperature: number;
    readonly topK: number;
    readonly topP: number;
    readonly minP: number;
    readonly seed: number;
    readonly tokenBias?: never;
    readonly repeatPenalty?: {
      readonly punishTokens: never[];
      readonly penalty: number;
      readonly presencePenalty: number;
      readonly frequencyPenalty: number;
    };
  };
}

/** What followed a token. */
export interface EvaluatedToken {
  readonly next: {
    readonly token?: number | null;
    readonly logits?: ReadonlyMap<number, number>;
    /** The sum of exp(logit - largest logit). */
    readonly totalLogitWeight?: number;
  };
}

/** Makes tokens likelier, or forbids them. */
export interface TokenBias {
  set(token: never, bias: "never"): TokenBias;
}
