/** How long work may go on before other events get their turn, in milliseconds. */
const BUDGET_MS = 4;

let began = 0;

/** A new turn of the event loop begins. */
export function beginTurn(): void {
  began = performance.now();
}

/** Whether this turn has taken so long that timers, sockets and other calls should come in between. */
export function turnIsLong(): boolean {
  return performance.now() - began > BUDGET_MS;
}

/** Resolves in the next turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => {
      beginTurn();
      resolve();
    });
  });
}
