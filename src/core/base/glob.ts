import { agree } from './agree.ts';

/** Largest number of alternatives into which `{a,b}` may expand one pattern. */
const alternativesMax = 256;

/**
 * Compiles a pattern into a test of paths: `*` and `?` within a name, `**` over any number of folders, `{a,b}` for either. A pattern without `/` is
 * tested on the base name. Case and the composition of accents are ignored, and a container counts as a folder: `2019/*.wav` matches
 * `calls.tar!2009/000123.WAV`. The time is at most proportional to the product of the lengths of pattern and path.
 * @throws RangeError if `{…}` makes too many alternatives.
 */
export function compileGlob(pattern: string): (path: string) => boolean {
  const all = alternatives(folded(pattern));
  // Fast path for `*.wav`, the form of nearly all patterns, which is tested on millions of names.
  if (all.every((each) => /^\*\.[^*?/!]+$/.test(each))) {
    const endings = all.map((each) => each.slice(1));
    return (path) => {
      const name = folded(path);
      return endings.some((ending) => name.endsWith(ending));
    };
  }
  const patterns = all.map((each) => each.split('/'));
  return (path) => {
    const names = folded(path).split(/[/!]/);
    return patterns.some((parts) =>
      parts.length === 1
        ? matchesName(names.at(-1) ?? '', parts[0] ?? '')
        : // A pattern may begin anywhere in the path: the depth of an export inside its package is unknown.
          matches(names, ['**', ...parts], '**', matchesName),
    );
  };
}

function folded(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

function alternatives(pattern: string): string[] {
  const done: string[] = [];
  const open = [pattern];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const found = /\{([^{}]*)\}/.exec(next);
    if (found === null) done.push(next);
    else for (const part of (found[1] ?? '').split(',')) open.push(next.slice(0, found.index) + part + next.slice(found.index + found[0].length));
    if (done.length + open.length > alternativesMax) throw new RangeError(agree`it has more than ${alternativesMax} alternative[s]`);
  }
  return done;
}

function matchesName(name: string, pattern: string): boolean {
  return matches([...name], [...pattern], '*', (a, b) => b === '?' || a === b);
}

/** Matches wildcards in one pass. It backtracks only to the last `any`, which suffices; the cost is at most the product of both lengths. */
function matches(items: readonly string[], pattern: readonly string[], any: string, same: (item: string, part: string) => boolean): boolean {
  let at = 0;
  let part = 0;
  let anyPart = -1;
  let anyFrom = 0;
  while (at < items.length) {
    const wanted = pattern[part];
    if (wanted === any) {
      anyPart = part++;
      anyFrom = at;
    } else if (wanted !== undefined && same(items[at] ?? '', wanted)) {
      at++;
      part++;
    } else if (anyPart >= 0) {
      part = anyPart + 1;
      at = ++anyFrom;
    } else return false;
  }
  while (pattern[part] === any) part++;
  return part === pattern.length;
}
