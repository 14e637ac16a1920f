import { setImmediate as turn } from 'node:timers/promises';
import { agree } from '../../core/base/agree.ts';
import { limits } from '../../core/base/limits.ts';
import { codeOf, type DigestAlgorithm, digestAlgorithm } from '../files/hash-file.ts';
import { createRecordSorter } from '../files/record-sorter.ts';
import { type BagDeclaration, decodedPath, parseManifestLine, pathLeadsOutside, plainPath, type TagLine, tagLines } from './bagit-reader.ts';
import { type BagFault, fault } from './faults.ts';
import { alikeKey } from './names.ts';

/** A manifest file in the top folder of a bag. */
export interface ManifestFile {
  readonly name: string;
  /** Algorithm as written in the file name. */
  readonly algorithm: string;
}

/** One line of a manifest. */
export interface ManifestEntry {
  /** `alikeKey` of the path. */
  readonly key: string;
  readonly path: string;
  /** Digest in lower-case hexadecimal; null if the line has no usable digest. */
  readonly digest: string | null;
  /** Line number from 1. */
  readonly line: number;
  /** The path as written in the manifest if decoding changed it; else null. Old programs did not encode paths. */
  readonly written: string | null;
}

/** A manifest that was read once to collect its faults. `entries` reads it again. */
export interface Manifest {
  readonly name: string;
  /** Algorithm of the digests; null if this machine cannot compute it: the entries then count only for completeness. */
  readonly algorithm: DigestAlgorithm | null;
  /** Yields the entries in batches, ordered by key and, for equal keys, by line. */
  entries(): Generator<readonly ManifestEntry[]>;
  /** Faults that occurred when the entries were read again. */
  readonly late: readonly BagFault[];
  /** Returns true once the system has failed to read the whole manifest (A154). Files that seem unlisted may then be in the missing rest. */
  isCut(): boolean;
}

/** Returns the file names that are manifests of a kind, in the given order. */
export function manifestsAmong(names: readonly string[], kind: 'payload' | 'tag'): ManifestFile[] {
  const pattern = kind === 'payload' ? /^manifest-([A-Za-z0-9-]+)\.txt$/ : /^tagmanifest-([A-Za-z0-9-]+)\.txt$/;
  return names.flatMap((name) => {
    const algorithm = pattern.exec(name)?.[1];
    return algorithm === undefined ? [] : [{ name, algorithm }];
  });
}

/** Options of `readManifest`. */
export interface ManifestReading {
  /** Absolute path of the bag. */
  readonly bag: string;
  readonly kind: 'payload' | 'tag';
  readonly declaration: BagDeclaration;
  /** Folder for temporary files. */
  readonly temporary: string;
  /** Characters that sorting one manifest may keep in memory. */
  readonly charsInMemory: number;
}

/** Number of entries per batch, if they come from a file for sorting. */
const entriesAtOnce = 1_000;

/**
 * Reads a manifest and yields its faults. Keeps none of it in memory: the file is read again when its entries are requested. Sorts entries that are not in
 * order, through a temporary file if there are many.
 */
export async function* readManifest(
  file: ManifestFile,
  reading: ManifestReading,
  signal: AbortSignal,
): AsyncGenerator<readonly BagFault[], Manifest> {
  const algorithm = digestAlgorithm(file.algorithm);
  const faults: BagFault[] = [];
  const lines = { allPlain: true };
  let inOrder = true;
  let last = '';
  let isCut = false;
  const first = (found: BagFault): void => {
    isCut ||= found.code === 'A154';
    faults.push(found);
  };
  for (const some of entriesOf(file.name, algorithm, reading, lines, first)) {
    for (const { key } of some) {
      inOrder &&= last <= key;
      last = key;
    }
    yield faults.splice(0);
    await turn();
    signal.throwIfAborted();
  }
  yield faults;
  const late: BagFault[] = [];
  return {
    name: file.name,
    algorithm,
    late,
    isCut: () => isCut || late.length > 0,
    entries: function* () {
      // The first reading has reported the faults, except those of a disk that begins to fail now.
      const say = (found: BagFault): void => {
        if (found.code === 'A154') late.push(found);
      };
      const again = lines.allPlain
        ? plainEntriesOf(file.name, algorithm?.hexDigits ?? 0, reading, say)
        : entriesOf(file.name, algorithm, reading, lines, say);
      yield* inOrder ? again : sorted(again, reading);
    },
  };
}

function* sorted(entries: Iterable<readonly ManifestEntry[]>, { temporary, charsInMemory }: ManifestReading): Generator<readonly ManifestEntry[]> {
  const sorter = createRecordSorter(temporary, charsInMemory);
  try {
    // A path cannot contain NUL.
    for (const some of entries)
      for (const { key, path, digest, line, written } of some) sorter.add(key, [path, digest ?? '', line, written ?? ''].join('\0'));
    let some: ManifestEntry[] = [];
    for (const { key, value } of sorter.sorted()) {
      const [path = '', digest = '', line = '', written = ''] = value.split('\0');
      some.push({ key, path, digest: digest === '' ? null : digest, line: Number(line), written: written === '' ? null : written });
      if (some.length < entriesAtOnce) continue;
      yield some;
      some = [];
    }
    yield some;
  } finally {
    sorter.close();
  }
}

/** Yields the entries of a manifest in which all lines have the ordinary form. */
function* plainEntriesOf(name: string, digits: number, reading: ManifestReading, say: (found: BagFault) => void): Generator<ManifestEntry[]> {
  for (const batch of linesOf(name, reading, say)) {
    const some: ManifestEntry[] = [];
    for (const { number, text } of batch) {
      // A line that has become too long since the first reading is left out here. The change is reported with its file.
      const path = text?.slice(digits + 2) ?? '';
      if (text !== null) some.push({ key: path, path, digest: text.slice(0, digits), line: number, written: null });
    }
    yield some;
  }
}

function* linesOf(name: string, { bag, declaration }: ManifestReading, say: (found: BagFault) => void): Generator<TagLine[]> {
  const batches = tagLines(`${bag}/${name}`, declaration.encoding, () => say(fault('A163', name, 'it begins with a byte order mark')));
  try {
    for (;;) {
      let batch: IteratorResult<TagLine[]>;
      try {
        batch = batches.next();
      } catch (error) {
        say(fault('A154', name, `it cannot be read: ${codeOf(error)}`));
        return;
      }
      if (batch.done === true) return;
      yield batch.value;
    }
  } finally {
    batches.return(undefined);
  }
}

/** Matches a line of the ordinary form: digest in lower case, two blanks, and a path of plain names below data/: not hidden, not encoded, and without `..`. */
const ordinaryLine = /^[0-9a-f]+ {2}data(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/;

/** Yields the entries of a manifest in file order, one batch per chunk, and reports faults. */
function* entriesOf(
  name: string,
  algorithm: DigestAlgorithm | null,
  reading: ManifestReading,
  lines: { allPlain: boolean },
  say: (found: BagFault) => void,
): Generator<ManifestEntry[]> {
  const { kind, declaration } = reading;
  const seen = { star: 0, dotted: 0, bare: 0 };
  const digits = algorithm?.hexDigits ?? 0;
  let files = 0;
  for (const batch of linesOf(name, reading, say)) {
    const some: ManifestEntry[] = [];
    for (const { number, text } of batch) {
      const entry = ordinary(number, text) ?? entryOf(number, text);
      if (entry === null) continue;
      if (++files > limits.bagFiles) {
        say(fault('A167', name, `it lists more than ${limits.bagFiles} files; the rest was not read`));
        lines.allPlain = false;
        break;
      }
      some.push(entry);
    }
    yield some;
    if (files > limits.bagFiles) break;
  }
  if (seen.star > 0) say(fault('A143', name, agree`${seen.star} path[s] [has|have] an asterisk before them, as md5sum writes it`));
  if (seen.dotted > 0) say(fault('A144', name, agree`${seen.dotted} path[s] [begins|begin] with ./ or [holds|hold] empty parts`));
  if (seen.bare > 0) say(fault('A158', name, agree`${seen.bare} path[s] [holds|hold] a % that version 1.0 wants written as %25`));

  /** Parses a line without faults, which nearly all lines are; returns null for a line that needs closer examination. */
  function ordinary(line: number, text: string | null): ManifestEntry | null {
    if (text === null || kind !== 'payload' || text.charCodeAt(digits) !== 0x20 || !ordinaryLine.test(text)) return null;
    const path = text.slice(digits + 2);
    const key = alikeKey(path);
    if (key !== path) lines.allPlain = false;
    return { key, path, digest: text.slice(0, digits), line, written: null };
  }

  function entryOf(number: number, text: string | null): ManifestEntry | null {
    lines.allPlain = false;
    if (text === null) {
      say(fault('A136', name, `line ${number} is longer than ${limits.manifestLineBytes} characters`));
      return null;
    }
    // Programs of BagIt 0.9x ended files with an empty line.
    if (text === '' || (!declaration.strict && text.trim() === '')) return null;
    const line = parseManifestLine(text);
    if (line === null) {
      say(fault('A136', name, `line ${number} is not a digest and a path`));
      return null;
    }
    if (text.includes('\ufffd')) say(fault('A162', name, `line ${number} contains bytes that are invalid in the declared encoding`));
    const outside = pathLeadsOutside(line.path);
    if (outside !== null) {
      say(fault('A138', name, `the path of line ${number} leads out of the bag: ${outside}`));
      return null;
    }
    const written = plainPath(line.path);
    if (line.star) seen.star += 1;
    if (written !== line.path) seen.dotted += 1;
    // Before version 1.0 programs rarely encoded names, and only line breaks, so the name as written is tried first.
    const path = declaration.strict ? decodedPath(written) : written;
    if (declaration.strict && /%(?!0A|0D|25)/i.test(written)) seen.bare += 1;
    if (path.startsWith('data/') !== (kind === 'payload')) {
      const what = kind === 'payload' ? `the path of line ${number} is not below data/` : `line ${number} of a tag manifest lists payload`;
      say(fault('A157', name, what));
      return null;
    }
    if (kind === 'tag' && /^tagmanifest-[^/]*\.txt$/.test(path)) {
      say(fault('A149', name, `line ${number} lists a tag manifest`));
      return null;
    }
    const usable = algorithm === null || (line.digest.length === digits && /^[0-9a-fA-F]+$/.test(line.digest));
    if (!usable) say(fault('A137', path, `line ${number} of ${name} has a digest that is not ${digits} hexadecimal digits`));
    const digest = usable && algorithm !== null ? line.digest.toLowerCase() : null;
    return { key: alikeKey(path), path, digest, line: number, written: path === written ? null : written };
  }
}
