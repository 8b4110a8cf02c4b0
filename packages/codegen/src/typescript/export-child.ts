/** Runs in a process of its own: the code of services is loaded here, and anew each time. */
import { ContractError } from "@stator/contract";
import { buildDocument } from "./build-document.ts";
import type { ExportReply, ExportRequest } from "./export-messages.ts";
import { loadServices } from "./load-services.ts";

// Nobody waits for the answer any more.
process.on("disconnect", () => process.exit(1));

const request = JSON.parse(process.argv[2] ?? "null") as ExportRequest;
const reply = await answer(request);
process.send?.(reply, undefined, undefined, () => process.exit(0));

async function answer({ targets, source }: ExportRequest): Promise<ExportReply> {
  try {
    const { text, notes } = await buildDocument(await loadServices(targets), source);
    return { kind: "document", text, notes };
  } catch (error) {
    if (error instanceof ContractError) return { kind: "problems", problems: error.problems };
    return { kind: "problems", problems: [Bun.inspect(error)] };
  }
}
