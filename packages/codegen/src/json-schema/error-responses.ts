import type { Model, TypeRef } from "@stator/contract";
import type { JsonSchema } from "./json-schema.ts";

/** The responses of an endpoint that declares an error: one for each HTTP status that the error may have. */
export function errorResponses(model: Model, error: TypeRef | undefined, folder: string): JsonSchema {
  if (error?.kind !== "ref") return {};
  const { name, docs, shape, status = 500 } = model.type(error.name);
  const cases =
    shape.kind === "enum"
      ? shape.variants.map((variant) => ({
          status: variant.status ?? status,
          text: variant.docs === undefined ? variant.name : `${variant.name}: ${variant.docs}`,
        }))
      : [{ status, text: docs ?? name }];
  const texts = Map.groupBy(cases, (each) => each.status);
  const body = {
    allOf: [
      { $ref: `#/${folder}/StatorError` },
      {
        properties: {
          error: {
            properties: {
              code: { const: "declared" },
              name: { const: name },
              details: { $ref: `#/${folder}/${name}` },
            },
            required: ["name", "details"],
          },
        },
      },
    ],
  };
  return Object.fromEntries(
    [...texts]
      .toSorted(([a], [b]) => a - b)
      .map(([each, list]) => [
        String(each),
        {
          description: list.map(({ text }) => text).join("\n\n"),
          content: { "application/json": { schema: body } },
        },
      ]),
  );
}
