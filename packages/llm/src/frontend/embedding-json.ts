import type { EmbeddingResponse } from "../generated/index.ts";

type Vector = EmbeddingResponse["data"][number]["embedding"];

/** The vectors in the form that was asked for, whichever the engine gave. */
export function embeddingJson(response: EmbeddingResponse, format: string | null): EmbeddingResponse {
  const change = format === "base64" ? packed : unpacked;
  return { ...response, data: response.data.map((each) => ({ ...each, embedding: change(each.embedding) })) };
}

function packed(vector: Vector): string {
  if (typeof vector === "string") return vector;
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [at, value] of vector.entries()) bytes.writeFloatLE(value, at * 4);
  return bytes.toString("base64");
}

function unpacked(vector: Vector): number[] {
  if (typeof vector !== "string") return vector;
  const bytes = Buffer.from(vector, "base64");
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, at) => bytes.readFloatLE(at * 4));
}
