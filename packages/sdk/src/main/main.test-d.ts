import { service } from "../definition/service.ts";
import { graph } from "../graph/graph.ts";
import { main } from "./main.ts";

@service({ namespace: "types" })
class Front {
  readonly place = "front";
}

class Plain {
  constructor(readonly text: string) {}
}

export async function takes(): Promise<void> {
  await main(Front);
  await main(graph(Front));
  await main(() => Front);
  await main(async () => graph(Front), { name: "front", version: "1.2.3" });
  // @ts-expect-error A service is constructed without arguments.
  await main(Plain);
  // @ts-expect-error Neither a service nor a graph.
  await main(async () => "front");
  // @ts-expect-error There is no such option.
  await main(Front, { title: "front" });
}
