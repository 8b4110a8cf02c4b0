import { initTRPC } from "@trpc/server";
import { z } from "zod";
import { tokens } from "../../../messages.ts";

const t = initTRPC.create();

/** The worker as a router of tRPC, where `call` is a reserved word. Without a schema there is no input. */
export const router = t.router({
  echo: t.procedure.input(z.object({ seq: z.number(), text: z.string() })).mutation(async ({ input }) => input),
  stream: t.procedure.input(z.object({ items: z.number() })).query(async function* ({ input }) {
    yield* tokens(input);
  }),
  items: t.procedure.input(z.object({ items: z.number() })).subscription(async function* ({ input }) {
    yield* tokens(input);
  }),
});

export type Router = typeof router;
