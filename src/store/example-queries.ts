/** Queries for the help of `pcmlab store query`: SQL stays in the store. */

export const exampleQueries = {
  readouts: "SELECT * FROM v_readouts",
  cells: "SELECT outcome, avg(siemens) FROM cells(12) GROUP BY outcome",
} as const;
