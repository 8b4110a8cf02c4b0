/** The last lines that a process has written, for whoever asks why it ended. */
export class OutputTail {
  readonly #lines: string[] = [];
  #begun = "";

  constructor(
    /** How many lines are kept. */
    private readonly most: number = 40,
    /** Longer lines are cut, in characters. */
    private readonly longest: number = 2000,
  ) {}

  /** The lines, the last one as far as it has come. */
  get text(): string {
    return [...this.#lines, this.#begun].filter((line) => line.trim() !== "").join("\n");
  }

  /** The last line that says something; empty if there is none. */
  get lastLine(): string {
    return this.text.split("\n").at(-1) ?? "";
  }

  /** Reads a stream to its end; `pass` gets every piece as it comes. */
  async read(stream: ReadableStream<Uint8Array>, pass: (text: string) => void): Promise<void> {
    const decoder = new TextDecoder();
    for await (const piece of stream) this.#push(decoder.decode(piece, { stream: true }), pass);
    this.#push(decoder.decode(), pass);
  }

  #push(text: string, pass: (text: string) => void): void {
    if (text === "") return;
    pass(text);
    // Progress bars write over their line.
    const lines = (this.#begun + text).split(/\r\n|\r|\n/);
    this.#begun = (lines.pop() ?? "").slice(0, this.longest);
    for (const line of lines) this.#lines.push(line.slice(0, this.longest));
    this.#lines.splice(0, Math.max(0, this.#lines.length - this.most));
  }
}
