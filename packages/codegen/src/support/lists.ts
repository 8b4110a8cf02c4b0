import { INVALID, type Invalid, inside } from "./failure.ts";

/** Reads all items into a new list. */
export function readEach<Item>(list: readonly unknown[], read: (item: unknown) => Item | Invalid): Item[] | Invalid {
  const items: Item[] = [];
  for (let index = 0; index < list.length; index++) {
    const item = read(list[index]);
    if (item === INVALID) return inside(index);
    items.push(item);
  }
  return items;
}
