import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { limits } from '../../src/core/base/limits.ts';
import { root } from '../cli/rig.ts';

// Reads values that the code does not export from its text: nothing has to be exported for a page.

const texts = new Map<string, string>();

function textOf(file: string): string {
  const text = texts.get(file) ?? readFileSync(join(root, file), 'utf8');
  texts.set(file, text);
  return text;
}

/**
 * A constant of a file, or a member of one: `constant('src/serve/accounts/session.ts', 'sessionLimits.idleMs')`. Arithmetic, other constants of the file and `limits` are followed.
 * @throws Error if there is none of that name, so that a renaming is noticed
 */
export function constant(file: string, name: string): number {
  const [first = '', member] = name.split('.');
  const text = textOf(file);
  const single = new RegExp(`\\bconst ${first}\\b[^=\\n]*=\\s*([\\s\\S]*?);\\n`).exec(text)?.[1];
  const several = single === undefined ? new RegExp(`\\bconst \\[([^\\]]*\\b${first}\\b[^\\]]*)\\] = \\[([^\\]]*)\\]`).exec(text) : null;
  const place = several?.[1]?.split(',').findIndex((each) => each.trim() === first) ?? -1;
  const found = member === undefined ? (single ?? several?.[2]?.split(',')[place]) : new RegExp(`\\b${member}: ([^,}\\n]+)`).exec(single ?? '')?.[1];
  if (found === undefined) throw new Error(`${file} has no constant ${name} any more: correct test/pages`);
  return computed(found.replace(/ as const$/, ''), (other) => constant(file, other));
}

/** Returns numbers at a place in the code, one per group of the pattern. */
export function written(file: string, pattern: RegExp): readonly [number, ...number[]] {
  const [, first, ...others] = pattern.exec(textOf(file)) ?? [];
  if (first === undefined) throw new Error(`${file} has nothing like ${pattern} any more: correct test/pages`);
  const read = (text: string): number => computed(text, (other) => constant(file, other));
  return [read(first), ...others.map(read)];
}

/** Returns how often a text occurs in a file. */
export function timesIn(file: string, pattern: RegExp): number {
  return [...textOf(file).matchAll(pattern)].length;
}

function computed(expression: string, constantOf: (name: string) => number): number {
  const figures = expression
    .replace(/\blimits\.(\w+)/g, (_, name: keyof typeof limits) => String(limits[name]))
    .replace(/(?<=\d)[_,](?=\d)/g, '')
    .replace(/\b[a-zA-Z]\w*(?:\.\w+)?/g, (name) => (/^e-?\d+$/.test(name) ? name : String(constantOf(name))));
  if (!/^[\d\s.()*/+e-]+$/.test(figures)) throw new Error(`'${expression}' is no number`);
  return new Function(`return (${figures});`)() as number;
}

/** Returns the number of members of a list: `listLength('src/archive/documents/report-names.ts', 'dataNames')`. */
export function listLength(file: string, name: string): number {
  const [, inside] = new RegExp(`\\bconst ${name}\\b[^=\\n]*= \\[([^\\]]*)\\]`).exec(textOf(file)) ?? [];
  if (inside === undefined) throw new Error(`${file} has no list ${name} any more: correct test/pages`);
  return inside.split(',').filter((each) => each.trim() !== '').length;
}
