import { fileSchema } from "../../configuration/file-schema.ts";
import { walkGraph } from "../../graph/service-graph.ts";
import { ConfigurationLayers } from "../../configuration/configuration-layers.ts";
import { type CliCommand, textOption } from "../cli-command.ts";
import { commandSource } from "../command-source.ts";
import { print } from "../command-output.ts";

/** `stator config schema` */
export const configSchemaCommand: CliCommand<{ readonly output?: string }> = {
  usage: "schema <target>",
  below: "config",
  summary: "prints the JSON Schema of the configuration file, for editors",
  options: [textOption("--output <path>", "writes there in place of standard output")],
  takesServiceOptions: false,
  more: `In YAML: # yaml-language-server: $schema=./stator.schema.json; in JSON: "$schema": "./stator.schema.json".
Services whose schema library cannot describe itself may have any key there.`,
  async run({ positionals: [target], options, own }) {
    const { parts } = await commandSource(own, target).load();
    const { nodes } = walkGraph(parts, new ConfigurationLayers().for({ describesOnly: true }));
    const text = `${JSON.stringify(fileSchema(nodes), null, 2)}\n`;
    if (options.output === undefined) print(text);
    else await Bun.write(options.output, text);
    return 0;
  },
};
