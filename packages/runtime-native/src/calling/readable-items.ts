/** The items as a Web stream, which asks for one only when its reader does; `cancel` hears that the reader has left. */
export function readableItems<T>(items: AsyncIterator<T, undefined>, cancel: () => void): ReadableStream<T> {
  return new ReadableStream<T>(
    {
      async pull(controller) {
        const item = await items.next();
        if (item.done === true) controller.close();
        else controller.enqueue(item.value);
      },
      cancel,
    },
    // The call has a buffer of its own.
    { highWaterMark: 0 },
  );
}
