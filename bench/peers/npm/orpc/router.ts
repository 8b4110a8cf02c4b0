import { os } from "@orpc/server";
import { z } from "zod";
import { tokens } from "../../../messages.ts";

/** The worker as a router of oRPC; it checks requests. */
export const router = {
  call: os.input(z.object({ seq: z.number(), text: z.string() })).handler(async ({ input }) => input),
  stream: os.input(z.object({ items: z.number() })).handler(async function* ({ input }) {
    yield* tokens(input);
  }),
};
