import { z } from "zod";

/** Who is to be greeted. */
export const Guests = z.object({ names: z.array(z.string().min(1)).min(1).max(100) });
export type Guests = z.infer<typeof Guests>;

/** What one guest hears. */
export const Greeting = z.object({ text: z.string() });
export type Greeting = z.infer<typeof Greeting>;
