import type { Document, Shape, TypeRef } from "@stator/contract";

/**
 * Whether a text is in a form that serde reads and never writes. Generated validators accept the written forms only:
 * a struct as a list of its fields, a unit variant as `{ "Name": null }`, and `()` as `{}`, are refused.
 *
 * Says so by walking the value along its type.
 */
export function hasUnwrittenForm(document: Document, type: TypeRef, value: unknown): boolean {
  const shapes = new Map(document.types.map((definition) => [definition.name, definition.shape]));
  const look = (at: TypeRef, inner: unknown): boolean => {
    // A missing key; looking on would not end in a type that contains itself.
    if (inner === undefined) return false;
    switch (at.kind) {
      case "option":
        return inner !== null && look(at.of, inner);
      case "list":
      case "set":
      case "array":
        return Array.isArray(inner) && inner.some((item) => look(at.of, item));
      case "tuple":
        return Array.isArray(inner) && at.items.some((item, index) => look(item, inner[index]));
      case "map":
        return isRecord(inner) && Object.values(inner).some((item) => look(at.value, item));
      case "unit":
        // What serde had to buffer (tag, untagged, flatten) may be {} in place of null.
        return isRecord(inner) && Object.keys(inner).length === 0;
      case "ref": {
        const shape = shapes.get(at.name);
        return shape !== undefined && lookShape(shape, inner);
      }
      default:
        return false;
    }
  };
  const lookShape = (shape: Shape, inner: unknown): boolean => {
    switch (shape.kind) {
      case "struct":
        if (Array.isArray(inner)) return true;
        return shape.fields.some((field) =>
          look(field.type, field.flatten === true ? inner : isRecord(inner) ? inner[field.name] : undefined),
        );
      case "tuple":
        return Array.isArray(inner) && shape.items.some((item, index) => look(item, inner[index]));
      case "newtype":
        return look(shape.of, inner);
      case "unit":
        return false;
      case "enum": {
        const { tagging } = shape;
        return shape.variants.some((variant) => {
          const content = variant.shape;
          switch (tagging.kind) {
            case "external":
              if (!isRecord(inner)) return false;
              if (content.kind === "unit" && Object.keys(inner).length === 1) {
                const names = [variant.name, ...(variant.aliases ?? [])];
                return variant.other === true || names.some((name) => Object.hasOwn(inner, name));
              }
              return Object.hasOwn(inner, variant.name) && lookShape(content, inner[variant.name]);
            case "adjacent":
              if (Array.isArray(inner)) return true;
              return (
                isRecord(inner) && inner[tagging.tag] === variant.name && lookShape(content, inner[tagging.content])
              );
            case "internal":
              if (Array.isArray(inner)) return true;
              return isRecord(inner) && inner[tagging.tag] === variant.name && lookShape(content, inner);
            case "untagged":
              return lookShape(content, inner);
          }
        });
      }
    }
  };
  return look(type, value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
