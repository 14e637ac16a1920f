import { parse, TomlError } from 'smol-toml';
import { LongplayError } from '../../src/core/base/error.ts';
import { nearestName } from '../../src/tables/values/columns.ts';

/** A mapping file larger than this is none. */
const mappingBytes = 1024 * 1024;

/** A table of a TOML file, read key by key; every accessor returns null (or an empty list) where the key is absent. */
export interface TomlTable {
  has(key: string): boolean;
  text(key: string): string | null;
  /** A text, or a list of them; empty where absent. */
  texts(key: string): readonly string[];
  flag(key: string): boolean | null;
  /** A number above zero. */
  positive(key: string): number | null;
  table(key: string): TomlTable | null;
  /** What stands under the key, whatever it is: a text, a list of texts or a table. */
  either(key: string): readonly string[] | TomlTable | null;
  /** The members of a list, texts and tables; empty where absent. */
  items(key: string): readonly (string | TomlTable)[];
  /** All pairs of a table whose keys are the user's own. */
  pairs(): readonly { readonly name: string; readonly texts: readonly string[] }[];
  /** All tables of a table whose keys are the user's own. */
  tables(): readonly { readonly name: string; readonly table: TomlTable }[];
  /** To be called once all known keys were asked for. @throws LongplayError I151 for any other, with the nearest. */
  finish(): void;
  /** @throws LongplayError I152: the value of a key cannot be. */
  refuse(key: string, problem: string, hint: string): never;
}

/**
 * Reads a TOML file.
 * @param examples where its user finds some
 * @throws LongplayError I150 with line and column where it is none.
 */
export function readToml(
  file: { readonly name: string; readonly text: string },
  examples = 'docs/mapping-file.md has examples',
  mostChars = mappingBytes,
): TomlTable {
  return tomlTable(parseToml(file, examples, mostChars), '', file.name);
}

/**
 * The plain values of a TOML file, for whoever judges each by itself.
 * @param examples where its user finds some
 * @throws LongplayError I150 with line and column where it is none.
 */
export function parseToml(
  file: { readonly name: string; readonly text: string },
  examples: string,
  mostChars = mappingBytes,
): Readonly<Record<string, unknown>> {
  if (file.text.length > mostChars) {
    throw new LongplayError('usage', 'I150', `${file.name} has ${file.text.length} characters`, `such a file has at most ${mostChars}`);
  }
  try {
    return parse(file.text.replace(/^\uFEFF/, ''), { maxDepth: 16 });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = error.message.split('\n')[0]?.replace(/^Invalid TOML document: /, '');
    const at = `line ${error.line}, column ${error.column}`;
    throw new LongplayError('usage', 'I150', `${file.name} is not TOML: ${reason} (${at})`, `correct it there; ${examples}`, error);
  }
}

/** A table without keys. */
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

/** Not a list, and not a TOML date. */
function isTable(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
