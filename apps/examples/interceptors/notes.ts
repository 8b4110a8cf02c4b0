/** Notes that only those who are known may write: `bun apps/examples/interceptors/notes.ts`. */
import { api, type Context, depends, endpoint, serve, service } from "@stator/sdk";
import { z } from "zod";

import { authenticate, bearer, User } from "./authentication.ts";
import { logging } from "./logging.ts";

const Note = z.object({ text: z.string().min(1) });
type Note = z.infer<typeof Note>;

const users = new Map([["secret-of-ada", "Ada"]]);

/** Keeps the notes of each user. */
@service({ namespace: "notes", interceptors: { server: [authenticate(users)] } })
export class Store {
  private readonly notes = new Map<string, string[]>();

  @endpoint({ input: Note, output: z.number() })
  async add({ text }: Note, context: Context): Promise<number> {
    const { name } = User.require(context);
    const own = [...(this.notes.get(name) ?? []), text];
    this.notes.set(name, own);
    return own.length;
  }

  @endpoint({ output: z.string() })
  async *list(_request: null, context: Context): AsyncGenerator<string> {
    yield* this.notes.get(User.require(context).name) ?? [];
  }
}

/** Lets the users of a browser in, and goes to the store with a token of its own. */
@service({ namespace: "notes" })
export class Frontend {
  store = depends(Store, { interceptors: [bearer(() => process.env["NOTES_TOKEN"] ?? "")] });

  @api({ path: "/notes", input: Note })
  async add(note: Note): Promise<{ count: number }> {
    return { count: await this.store.add(note) };
  }

  @api({ method: "GET", path: "/notes" })
  async *list(_request: object): AsyncGenerator<string> {
    yield* this.store.list();
  }
}

if (import.meta.main) {
  // Around those of the services: what is refused is logged, too.
  const serving = await serve(Frontend, { withDependencies: true, interceptors: { server: [logging] } });
  console.log(`ready ${serving.url}`);
}
