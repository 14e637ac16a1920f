// Members of JSON values whose shape nobody has checked.

/** A member by its name; letter case counts only where two names differ in nothing else. Undefined where there is none. */
export function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  if (Object.hasOwn(value, name)) return (value as Readonly<Record<string, unknown>>)[name];
  const wanted = name.toLowerCase();
  const found = Object.entries(value).find(([each]) => each.toLowerCase() === wanted);
  return found?.[1];
}

/** The objects in a member that is a list, or the one object that it is; else none. */
export function objectsIn(value: unknown, name: string): readonly object[] {
  const member = memberOf(value, name);
  return (Array.isArray(member) ? member : [member]).filter(
    (each): each is object => typeof each === 'object' && each !== null && !Array.isArray(each),
  );
}

/** The text, number or truth value at the end of a way through members; null where there is none that says something. */
export function textIn(value: unknown, ...names: readonly [string, ...string[]]): string | null {
  const found = names.reduce((each: unknown, name) => memberOf(each, name), value);
  if (typeof found !== 'string' && typeof found !== 'number' && typeof found !== 'boolean') return null;
  const text = String(found);
  return text.trim() === '' ? null : text;
}
