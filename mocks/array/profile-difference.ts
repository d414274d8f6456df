/** Where two profiles, or descriptors, differ, for telling a user why one chip cannot stand for the other. */

/** The path and both values of the first difference; undefined when there is none. */
export const firstDifference = (a: unknown, b: unknown): string | undefined => differences(a, b)[0];

/** The path and both values of every difference. */
export function differences(a: unknown, b: unknown, path = ""): string[] {
  if (Object.is(a, b)) return [];
  if (!isObject(a) || !isObject(b)) return [`${path} is ${JSON.stringify(a)} against ${JSON.stringify(b)}`];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
    differences(Reflect.get(a, key), Reflect.get(b, key), path === "" ? key : `${path}.${key}`),
  );
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
