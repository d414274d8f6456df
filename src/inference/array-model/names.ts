/** Names of values that the array model adds to a graph. */

const mark = "::model::";

/** @param prefix of the layer. @param part its name in the layer. */
export const arrayModelName = (prefix: string, part: string): string => `${prefix}${mark}${part}`;

export const isOfArrayModel = (name: string): boolean => name.includes(mark);
