import type { z } from "zod";

import type { Quote, QuotesClient, QuotesService, Symbols, Watch, WatchInput } from "./generated/index.ts";
import type * as service from "./quotes.ts";

/** Whether two types fit each other, with the same keys that may be missing. */
type Same<A, B> = [A, B] extends [B, A]
  ? [Required<A>, Required<B>] extends [Required<B>, Required<A>]
    ? true
    : false
  : false;

// Generated types are those of the schemas.

true satisfies Same<Quote, z.output<typeof service.Quote>>;
true satisfies Same<Symbols, z.output<typeof service.Symbols>>;
true satisfies Same<Watch, z.output<typeof service.Watch>>;
// @ts-expect-error -- what comes out has all keys
true satisfies Same<Watch, WatchInput>;
true satisfies Same<WatchInput, z.input<typeof service.Watch>>;

/** The class has what its generated interface wants. */
declare const quotes: service.Quotes;
quotes satisfies QuotesService;

declare const client: QuotesClient;
void (client.latest({ symbol: "ACME" }) satisfies Promise<Quote>);
client.watch({ symbol: "ACME" }) satisfies AsyncIterable<Quote>;
// @ts-expect-error -- a number is no symbol
void client.latest({ symbol: 1 });
// @ts-expect-error -- the endpoint needs one
void client.watch({ count: 1 });
// @ts-expect-error -- there is no such endpoint
void client.price({ symbol: "ACME" });
