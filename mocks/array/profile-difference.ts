/** Where two profiles differ, for telling a user why a saved chip is not the one that was asked for. */

/** The path and both values of the first difference; undefined when there is none. */
export function firstDifference(a: unknown, b: unknown, path = ""): string | undefined {
  if (Object.is(a, b)) return undefined;
  if (!isObject(a) || !isObject(b)) return `${path} is ${JSON.stringify(a)} against ${JSON.stringify(b)}`;
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const inner = path === "" ? key : `${path}.${key}`;
    const difference = firstDifference(Reflect.get(a, key), Reflect.get(b, key), inner);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
