import { parse, TomlError } from 'smol-toml';
import { agree } from '../../../src/core/base/agree.ts';
import { LongplayError } from '../../../src/core/base/error.ts';
import { nearestName } from '../../../src/tables/values/columns.ts';

/** Largest size of a mapping file. */
const mappingBytes = 1024 * 1024;

/** A table of a TOML file, read key by key. Every accessor returns null (or an empty list) if the key is absent. */
export interface TomlTable {
  has(key: string): boolean;
  text(key: string): string | null;
  /** Returns a list of texts; a single text counts as a list. Empty if absent. */
  texts(key: string): readonly string[];
  flag(key: string): boolean | null;
  /** Returns a number above zero. */
  positive(key: string): number | null;
  table(key: string): TomlTable | null;
  /** Returns a list of texts (a single text counts as a list), or a table. */
  either(key: string): readonly string[] | TomlTable | null;
  /** Returns the members of a list, texts and tables; empty if absent. */
  items(key: string): readonly (string | TomlTable)[];
  /** Returns all pairs of a table whose keys the user chooses. */
  pairs(): readonly { readonly name: string; readonly texts: readonly string[] }[];
  /** Returns all tables of a table whose keys the user chooses. */
  tables(): readonly { readonly name: string; readonly table: TomlTable }[];
  /** Checks that all keys are known; call after reading all known keys. @throws LongplayError I151 for an unknown key, with the nearest known one. */
  finish(): void;
  /** Rejects the value of a key. @throws LongplayError I152 */
  refuse(key: string, problem: string, hint: string): never;
}

/**
 * Reads a TOML file.
 * @param examples where users find examples
 * @throws LongplayError I150 with line and column if it is not TOML
 */
export function readToml(
  file: { readonly name: string; readonly text: string },
  examples = 'docs/reference/mapping-file.md has examples',
  mostChars = mappingBytes,
): TomlTable {
  return tomlTable(parseToml(file, examples, mostChars), '', file.name);
}

/**
 * Returns the plain values of a TOML file, for callers that check each value themselves.
 * @param examples where users find examples
 * @throws LongplayError I150 with line and column if it is not TOML
 */
export function parseToml(
  file: { readonly name: string; readonly text: string },
  examples: string,
  mostChars = mappingBytes,
): Readonly<Record<string, unknown>> {
  if (file.text.length > mostChars) {
    throw new LongplayError('usage', 'I150', agree`${file.name} has ${file.text.length} character[s]`, `such a file has at most ${mostChars}`);
  }
  try {
    return parse(file.text.replace(/^\uFEFF/, ''), { maxDepth: 16 });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = error.message.split('\n')[0]?.replace(/^Invalid TOML document: /, '');
    const at = `line ${error.line}, column ${error.column}`;
    // Not the error itself as the cause: its message quotes the lines, and a file may have the digest of a password in them.
    throw new LongplayError('usage', 'I150', `${file.name} is not TOML: ${reason} (${at})`, `correct it there; ${examples}`);
  }
}

/** Returns a table without keys. */
export function emptyToml(): TomlTable {
  return tomlTable({}, '', '');
}

function tomlTable(values: object, at: string, file: string): TomlTable {
  const members = new Map<string, unknown>(Object.entries(values));
  const asked = new Set<string>();
  const nameOf = (key: string): string => (at === '' ? key : `${at}.${key}`);
  const refuse = (key: string, problem: string, hint: string): never => {
    throw new LongplayError('usage', 'I152', `${file}: ${nameOf(key)} ${problem}`, hint);
  };
  const get = (key: string): unknown => {
    asked.add(key);
    return members.get(key) ?? null;
  };
  const textsOf = (key: string, value: unknown): readonly string[] => {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    const texts = list.filter((each) => typeof each === 'string');
    if (texts.length !== list.length) refuse(key, 'is not a text or a list of texts', `write ${key} = "…"`);
    return texts;
  };
  const tableOf = (key: string, value: unknown): TomlTable => {
    if (!isTable(value)) return refuse(key, 'is not a table', `write [${nameOf(key)}] with its keys below, or ${key} = { … }`);
    return tomlTable(value, nameOf(key), file);
  };
  return {
    has: (key) => members.has(key),
    text: (key) => {
      const value = get(key);
      if (value === null || typeof value === 'string') return value;
      return refuse(key, 'is not a text', `write ${key} = "…"`);
    },
    texts: (key) => {
      const value = get(key);
      return value === null ? [] : textsOf(key, value);
    },
    flag: (key) => {
      const value = get(key);
      if (value === null || typeof value === 'boolean') return value;
      return refuse(key, 'is neither true nor false', `write ${key} = true or ${key} = false, without quotes`);
    },
    positive: (key) => {
      const value = get(key);
      if (value === null || (typeof value === 'number' && Number.isFinite(value) && value > 0)) return value;
      return refuse(key, 'is not a number above zero', `write ${key} = 5, without quotes`);
    },
    table: (key) => {
      const value = get(key);
      return value === null ? null : tableOf(key, value);
    },
    either: (key) => {
      const value = get(key);
      return value === null ? null : isTable(value) ? tableOf(key, value) : textsOf(key, value);
    },
    items: (key) => {
      const value = get(key);
      if (value === null) return [];
      const list: readonly unknown[] = Array.isArray(value) ? value : [value];
      return list.map((each) =>
        typeof each === 'string'
          ? each
          : isTable(each)
            ? tableOf(key, each)
            : refuse(key, 'is not a list of texts and tables', `write ${key} = ["…"]`),
      );
    },
    pairs: () => [...members].map(([name]) => ({ name, texts: textsOf(name, get(name)) })),
    tables: () => [...members].map(([name]) => ({ name, table: tableOf(name, get(name)) })),
    finish: () => {
      const unknown = [...members.keys()].find((key) => !asked.has(key));
      if (unknown === undefined) return;
      const near = nearestName(unknown, [...asked]);
      const where = at === '' ? 'at the top' : `in [${at}]`;
      throw new LongplayError(
        'usage',
        'I151',
        `${file}: there is no '${unknown}' ${where}${near === null ? '' : `; did you mean '${near}'?`}`,
        `${at === '' ? 'the sections are' : `[${at}] takes`} ${[...asked].join(', ')}`,
      );
    },
    refuse,
  };
}

/** Returns true for a table: neither a list nor a TOML date. */
function isTable(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
