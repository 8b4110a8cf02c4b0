/** Where an object of a built service keeps what its endpoints share: a graph finds the names of its dependencies there. */
export const DEPENDENCIES: unique symbol = Symbol("dependencies");
