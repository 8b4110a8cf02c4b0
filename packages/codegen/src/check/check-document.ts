import { type Document, Model } from "@stator/contract";
import { GenerationError } from "../generation-error.ts";
import { checkTsRs } from "../second-eye/check-ts-rs.ts";
import { checkBindings } from "./check-bindings.ts";
import { checkNames } from "./check-names.ts";
import { checkServices } from "./check-services.ts";
import { checkShapes } from "./check-shapes.ts";

/** Refuses a document of which some part has no exact form in TypeScript. Throws with every reason at once. */
export function checkDocument(document: Document): void {
  const own = [
    ...checkNames(document),
    ...checkShapes(document),
    ...checkServices(document),
    ...checkBindings(document),
  ];
  const problems = own.length > 0 ? own : checkTsRs(new Model(document));
  if (problems.length > 0) throw new GenerationError(problems.map((problem) => `${document.crate}: ${problem}`));
}
