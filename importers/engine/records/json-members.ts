// Access to members of JSON values of unknown structure.

/** Returns a member by its name; undefined if there is none. Letter case counts only if names differ in nothing else. */
export function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  if (Object.hasOwn(value, name)) return (value as Readonly<Record<string, unknown>>)[name];
  const wanted = name.toLowerCase();
  const found = Object.entries(value).find(([each]) => each.toLowerCase() === wanted);
  return found?.[1];
}

/** Returns the objects in a member that is a list, or a list of the member itself if it is an object; otherwise an empty list. */
export function objectsIn(value: unknown, name: string): readonly object[] {
  const member = memberOf(value, name);
  return (Array.isArray(member) ? member : [member]).filter(
    (each): each is object => typeof each === 'object' && each !== null && !Array.isArray(each),
  );
}

/** Returns the text, number or truth value at the end of a path of members, as text; null if it does not exist or is empty. */
export function textIn(value: unknown, ...names: readonly [string, ...string[]]): string | null {
  const found = names.reduce((each: unknown, name) => memberOf(each, name), value);
  if (typeof found !== 'string' && typeof found !== 'number' && typeof found !== 'boolean') return null;
  const text = String(found);
  return text.trim() === '' ? null : text;
}
