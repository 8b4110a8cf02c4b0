/** A model's name as a part of keys: small letters, digits and `-`. Names that differ only in other characters have the same. */
export function modelSlug(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
}
