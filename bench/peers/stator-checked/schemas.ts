/**
 * What `generated` comes from:
 * `bun packages/codegen/src/cli/stator-codegen.ts export bench/peers/stator-checked/schemas.ts#Worker --out bench/peers/stator-checked/generated`
 */
import { endpoint, service } from "@stator/sdk";
import { z } from "zod";
import { tokens } from "../../messages.ts";

const Echo = z.object({ seq: z.uint32(), text: z.string() }).meta({ id: "Echo" });
const StreamRequest = z.object({ items: z.uint32() }).meta({ id: "StreamRequest" });
const TokenItem = z
  .object({ index: z.uint32(), token_id: z.uint32(), text: z.string(), finish_reason: z.string().nullable() })
  .meta({ id: "TokenItem" });

@service({ namespace: "bench" })
export class Worker {
  @endpoint({ input: Echo, output: Echo })
  async call(request: z.output<typeof Echo>): Promise<z.output<typeof Echo>> {
    return request;
  }

  @endpoint({ input: StreamRequest, output: TokenItem })
  async *stream(request: z.output<typeof StreamRequest>): AsyncGenerator<z.output<typeof TokenItem>> {
    yield* tokens(request);
  }
}
