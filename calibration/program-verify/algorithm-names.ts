/** The names of the algorithms that run on the host, apart from them: a command line knows them before it loads any. */

export const algorithmNames = ["melt-quench", "partial-set", "max-set-fill", "residual"] as const;

export type AlgorithmName = (typeof algorithmNames)[number];
