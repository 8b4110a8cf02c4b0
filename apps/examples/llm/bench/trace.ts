import { z } from "zod";

import { SeededRandom } from "./seeded-random.ts";

/** What a trace is made of. Lengths are in tokens, times in milliseconds. */
export const TraceOptions = z.object({
  seed: z.number().int().default(1),
  sessions: z.number().int().min(1).max(10_000).default(60),
  /** Sessions that begin in a second, on average. */
  perSecond: z.number().gt(0).default(4),
  /** Prompts that several sessions begin with. */
  systemPrompts: z.number().int().min(1).default(24),
  systemTokens: z.number().int().min(1).default(1536),
  /** Turns of a session: from 1 to twice that less one. */
  turns: z.number().int().min(1).default(4),
  userTokens: z.number().int().min(1).default(96),
  answerTokens: z.number().int().min(1).default(32),
  /** What a user takes to write the next turn, on average. */
  thinkMs: z.number().min(0).default(400),
});
export type TraceOptions = z.infer<typeof TraceOptions>;

/** One question of a session. */
export interface Turn {
  readonly thinkMs: number;
  readonly user: readonly number[];
  readonly answerTokens: number;
}

/** A conversation: each turn has all before it in its prompt. */
export interface Session {
  readonly startMs: number;
  readonly system: readonly number[];
  readonly turns: readonly Turn[];
}

/** Sessions that begin at random (Poisson), some beginnings more often than others. */
export function makeTrace(options: TraceOptions): Session[] {
  const random = new SeededRandom(options.seed);
  const systems = Array.from({ length: options.systemPrompts }, () => random.tokens(options.systemTokens));
  let startMs = 0;
  return Array.from({ length: options.sessions }, () => {
    startMs += random.exponential(1000 / options.perSecond);
    // The first half of the beginnings is three times as frequent as the second.
    const half = Math.ceil(systems.length / 2);
    const isFrequent = random.next() < 0.75;
    const system = systems[isFrequent ? random.between(0, half - 1) : random.between(0, systems.length - 1)] ?? [];
    const turns = Array.from({ length: random.between(1, 2 * options.turns - 1) }, (_, at) => ({
      thinkMs: at === 0 ? 0 : random.exponential(options.thinkMs),
      user: random.tokens(random.between(Math.ceil(options.userTokens / 2), Math.ceil(options.userTokens * 1.5))),
      answerTokens: random.between(Math.ceil(options.answerTokens / 2), Math.ceil(options.answerTokens * 1.5)),
    }));
    return { startMs, system, turns };
  });
}
