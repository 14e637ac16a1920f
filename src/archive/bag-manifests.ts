import { join } from 'node:path';
import { limits } from '../core/limits.ts';
import { foldedName } from '../core/safe-path.ts';
import { type BagFault, fault } from './bag-faults.ts';
import { type BagInventory, createInventory, type ManifestColumn } from './bag-inventory.ts';
import { type BagDeclaration, decodedPath, parseManifestLine, pathLeadsOutside, plainPath, tagLines } from './bagit-reader.ts';
import { codeOf } from './hash-file.ts';

/** What the manifests of one kind list, and how paths were written in them. */
export interface ReadManifests {
  readonly inventory: BagInventory;
  /** Path as written, where decoding changed it, by id: old programs did not encode. */
  readonly writtenAs: ReadonlyMap<number, string>;
}

/** A manifest in the top folder of a bag. */
export interface ManifestFile {
  readonly name: string;
  readonly algorithm: string;
}

/** The manifests among file names, sorted as the names are. */
export function manifestsAmong(names: readonly string[], kind: 'payload' | 'tag'): ManifestFile[] {
  const pattern = kind === 'payload' ? /^manifest-([A-Za-z0-9-]+)\.txt$/ : /^tagmanifest-([A-Za-z0-9-]+)\.txt$/;
  return names.flatMap((name) => {
    const algorithm = pattern.exec(name)?.[1];
    return algorithm === undefined ? [] : [{ name, algorithm }];
  });
}

/** Reads all manifests of one kind; what is wrong with them is yielded as it is met. */
export async function* readManifests(
  bag: string,
  files: readonly ManifestFile[],
  kind: 'payload' | 'tag',
  declaration: BagDeclaration,
  signal: AbortSignal,
): AsyncGenerator<BagFault, ReadManifests> {
  const inventory = createInventory();
  const writtenAs = new Map<number, string>();
  for (const file of files) {
    const column = inventory.addManifest(file.name, file.algorithm);
    const marks: BagFault[] = [];
    const seen = { star: 0, dotted: 0, bare: 0 };
    try {
      for await (const lines of tagLines(
        join(bag, file.name),
        declaration.encoding,
        () => marks.push(fault('A163', file.name, 'it begins with a byte order mark')),
        signal,
      )) {
        for (const line of lines) {
          if (!takeOrdinary(line.text, column)) yield* readLine(line.number, line.text, column);
          if (inventory.size > limits.bagFiles) break;
        }
        if (inventory.size > limits.bagFiles) {
          yield fault('A167', file.name, `it lists more than ${limits.bagFiles} files; the rest was not looked at`);
          break;
        }
      }
    } catch (error) {
      signal.throwIfAborted();
      yield fault('A154', file.name, `it cannot be read: ${codeOf(error)}`);
    }
    yield* marks;
    if (seen.star > 0) yield fault('A143', file.name, `${seen.star} paths have an asterisk before them, as md5sum writes it`);
    if (seen.dotted > 0) yield fault('A144', file.name, `${seen.dotted} paths begin with ./ or hold empty parts`);
    if (seen.bare > 0) yield fault('A158', file.name, `${seen.bare} paths hold a % that version 1.0 wants written as %25`);

    /** The line that nothing is to be said of, as nearly all are; false where it has to be looked at, and nothing was done with it. */
    function takeOrdinary(text: string | null, into: ManifestColumn): boolean {
      const digits = into.algorithm?.hexDigits ?? 0;
      if (text === null || kind !== 'payload' || text.charCodeAt(digits) !== 0x20 || !ordinaryLine.test(text)) return false;
      const path = text.slice(digits + 2);
      const id = inventory.idOf(path);
      if (id !== null && into.lists(id)) return false;
      inventory.add(into, path, text.slice(0, digits));
      return true;
    }

    function* readLine(number: number, text: string | null, into: ManifestColumn): Generator<BagFault> {
      const place = file.name;
      if (text === null) {
        yield fault('A136', place, `line ${number} is longer than ${limits.manifestLineBytes} characters`);
        return;
      }
      // Programs of 0.9x ended files with an empty line.
      if (text === '' || (!declaration.strict && text.trim() === '')) return;
      const line = parseManifestLine(text);
      if (line === null) {
        yield fault('A136', place, `line ${number} is not a digest and a path`);
        return;
      }
      if (text.includes('\ufffd')) yield fault('A162', place, `line ${number} holds bytes that are not in the declared encoding`);
      const outside = pathLeadsOutside(line.path);
      if (outside !== null) {
        yield fault('A138', place, `the path of line ${number} leads out of the bag: ${outside}`);
        return;
      }
      const written = plainPath(line.path);
      if (line.star) seen.star += 1;
      if (written !== line.path) seen.dotted += 1;
      // Before 1.0 only line breaks were encoded, and hardly by anybody: the name as it stands comes first.
      const path = declaration.strict ? decodedPath(written) : written;
      if (declaration.strict && /%(?!0A|0D|25)/i.test(written)) seen.bare += 1;
      if (path.startsWith('data/') !== (kind === 'payload')) {
        yield fault(
          'A157',
          place,
          kind === 'payload' ? `the path of line ${number} is not below data/` : `line ${number} of a tag manifest lists payload`,
        );
        return;
      }
      if (kind === 'tag' && /^tagmanifest-[^/]*\.txt$/.test(path)) {
        yield fault('A149', place, `line ${number} lists a tag manifest`);
        return;
      }
      yield* enter(into, path, line.digest, number);
      if (path !== written) {
        const id = inventory.idOf(path);
        if (id !== null) writtenAs.set(id, written);
      }
    }

    function* enter(into: ManifestColumn, path: string, text: string, number: number): Generator<BagFault> {
      const digits = into.algorithm?.hexDigits ?? null;
      const usable = digits === null ? true : text.length === digits && /^[0-9a-fA-F]+$/.test(text);
      if (!usable) yield fault('A137', path, `line ${number} of ${into.name} has a digest that is not ${digits} hexadecimal digits`);
      const added = inventory.add(into, path, usable && digits !== null ? text.toLowerCase() : null);
      if (added === 'different') yield fault('A140', path, `${into.name} lists it twice with different digests, again in line ${number}`);
      if (added === 'same')
        yield fault('A141', path, `${into.name} lists it twice, again in line ${number}`, declaration.strict ? 'error' : 'warning');
    }
  }
  yield* namesThatCollide(inventory);
  return { inventory, writtenAs };
}

/** Digest in lower case, two blanks, a path below data/ of plain names: none of them hidden, encoded, or a way out. */
const ordinaryLine = /^[0-9a-f]+ {2}data(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/;

/** A path that is its own folded form, seen without making it. */
const foldedAlready = /^[a-z0-9._/-]*$/;

/** Names that are different here and one file on a disk that ignores case or keeps another Unicode form. */
function* namesThatCollide(inventory: BagInventory): Generator<BagFault> {
  const folded = new Map<string, string>();
  for (let id = 0; id < inventory.size; id++) {
    const path = inventory.pathOf(id);
    // Most names are their own folded form and need no second string in memory.
    if (foldedAlready.test(path)) continue;
    const form = foldedName(path);
    if (form === path) continue;
    const other = inventory.idOf(form) === null ? folded.get(form) : form;
    if (other !== undefined) yield fault('A142', path, `${other} is the same name on a disk that ignores case or Unicode form`);
    else folded.set(form, path);
  }
}
