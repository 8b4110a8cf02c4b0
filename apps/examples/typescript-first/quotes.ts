import { api, endpoint, serve, service } from "@stator/sdk";
import { z } from "zod";

export const Symbols = z.object({ symbol: z.string().min(1).max(8) }).meta({ id: "Symbols" });

export const Quote = z
  .object({
    symbol: z.string(),
    cents: z.int().nonnegative().describe("The price of one share."),
    change: z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("none") }),
      z.object({ kind: z.literal("moved"), cents: z.int() }),
    ]),
    note: z.string().optional(),
  })
  .meta({ id: "Quote", description: "What a share costs." });

export const Watch = z
  .object({ symbol: Symbols.shape.symbol, count: z.int().min(1).max(100).default(3) })
  .meta({ id: "Watch" });

type Quote = z.output<typeof Quote>;

/** Prices of shares, made up from their names. */
@service({ namespace: "market" })
export class Quotes {
  @api({ method: "GET", path: "/quotes/:symbol", input: Symbols, output: Quote, idempotent: true })
  async latest({ symbol }: z.output<typeof Symbols>): Promise<Quote> {
    return { symbol, cents: priceOf(symbol), change: { kind: "none" } };
  }

  @endpoint({ input: Watch, output: Quote, timeoutMs: 60_000 })
  async *watch({ symbol, count }: z.output<typeof Watch>): AsyncGenerator<Quote> {
    for (let step = 0; step < count; step++) {
      const change: Quote["change"] = step === 0 ? { kind: "none" } : { kind: "moved", cents: 5 };
      yield { symbol, cents: priceOf(symbol) + 5 * step, change };
    }
  }
}

function priceOf(symbol: string): number {
  return 100 * symbol.length;
}

if (import.meta.main) {
  const serving = await serve(Quotes);
  console.log(`ready ${serving.url}`);
}
