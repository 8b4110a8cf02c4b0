/** What the services say to each other. */
import { z } from "zod";

export const Words = z.object({ text: z.string().min(1) });
export type Words = z.infer<typeof Words>;

export const Token = z.object({ index: z.int().min(0), text: z.string() });
export type Token = z.infer<typeof Token>;
