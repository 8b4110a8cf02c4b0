import { expect, test } from "bun:test";

import { metric } from "./metric.ts";
import { serveFrontend, streams } from "./stand-in.ts";

const CHATS = 200;

/** The same numbers each time, from 0 to below 1. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

test("200 chats at once, of which a fifth is left at random: nothing stays open, and all others are whole", async () => {
  const { serving, url, client } = await serveFrontend();
  const random = numbers(7);
  try {
    const words = Array.from({ length: 20 }, (_, at) => `w${at} `).join("");
    const chats = Array.from({ length: CHATS }, async (_, at) => {
      const leaves = at % 5 === 0;
      const stream = await client.chat.completions.create({
        model: leaves ? "endless" : "echo",
        messages: [{ role: "user", content: words }],
        stream: true,
      });
      const last = Math.floor(random() * 15);
      let text = "";
      let seen = 0;
      for await (const part of stream) {
        text += part.choices[0]?.delta.content ?? "";
        seen += 1;
        if (leaves && seen > last) return "left";
      }
      return text;
    });
    const answers = await Promise.all(chats);
    expect(answers.filter((answer) => answer === "left").length).toBe(CHATS / 5);
    expect(answers.filter((answer) => answer === words).length).toBe((CHATS * 4) / 5);
    while (streams.open > 0) await new Promise(setImmediate);
    while ((await metric(url, "dynamo_frontend_inflight_requests")) > 0) await new Promise(setImmediate);
    expect(await metric(url, "dynamo_frontend_disconnected_clients")).toBe(CHATS / 5);
    expect(await metric(url, "dynamo_frontend_requests_total", 'code="200"')).toBe((CHATS * 4) / 5);
  } finally {
    await serving.stop();
  }
}, 60_000);
