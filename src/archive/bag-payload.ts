import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../core/error.ts';
import { type BagFault, fault } from './bag-faults.ts';
import { itemFault, listBagItems } from './bag-listing.ts';
import type { ReadManifests } from './bag-manifests.ts';
import { decodedPath, type PayloadOxum } from './bagit-reader.ts';
import { codeOf } from './hash-file.ts';

/** What the text of a bag promises of its payload beside the manifests. */
export interface PayloadPromises {
  /** True from BagIt 1.0 on. */
  readonly strict: boolean;
  /** Paths that fetch.txt says lie elsewhere. */
  readonly toFetch: ReadonlySet<string>;
  readonly oxum: PayloadOxum | null;
}

/** The listed files that are there. */
export interface MatchedPayload {
  /** Bytes by id of the inventory, -1 where the file is not there. */
  readonly sizes: Float64Array;
  /** Path on the disk by id, where it is written otherwise in the manifest. */
  readonly onDisk: ReadonlyMap<number, string>;
  /** Of everything below `data/`. */
  readonly files: number;
  readonly bytes: number;
}

/** Files that systems leave behind by themselves; a suite of bags wants them told (conformance suite v0.97/warning/special-system-files). */
const systemFile = /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]+)$/i;

/** Everything below `data/` against what the manifests list. */
export async function* matchPayload(
  bag: string,
  manifests: ReadManifests,
  promises: PayloadPromises,
  signal: AbortSignal,
): AsyncGenerator<BagFault, MatchedPayload> {
  const { inventory } = manifests;
  const sizes = new Float64Array(inventory.size).fill(-1);
  const extras = new Map<string, number>();
  // Of these nothing is said but why they cannot be judged: not missing, and the folder's content not either.
  const unjudged = new Set<string>();
  let files = 0;
  let bytes = 0;
  const refused = await payloadFolderFault(bag);
  if (refused !== null) {
    if (refused.code !== 'A160') unjudged.add('data');
    yield refused;
  } else {
    for await (const items of listBagItems(bag, 'data', null, signal)) {
      for (const item of items) {
        if (item.kind !== 'file') {
          unjudged.add(item.path);
          yield itemFault(item);
          continue;
        }
        files += 1;
        bytes += item.sizeBytes;
        const id = inventory.idOf(item.path);
        if (id === null) extras.set(item.path, item.sizeBytes);
        else sizes[id] = item.sizeBytes;
      }
    }
  }
  const onDisk = new Map<number, string>();
  let pending = 0;
  const otherForms = createFormLookup(extras, (id) => inventory.pathOf(id), sizes);
  const used = new Set<string>();
  for (let id = 0; id < inventory.size; id++) {
    const path = inventory.pathOf(id);
    if (systemFile.test(path)) yield fault('A165', path, 'a system leaves such files behind by itself; it belongs to no payload');
    if (promises.strict) {
      for (const column of inventory.manifests) if (!column.lists(id)) yield fault('A135', path, `${column.name} does not list it`);
    }
    if ((sizes[id] ?? -1) >= 0) continue;
    // As it is written, where old programs left % alone; decoded, where those before 1.0 encoded line breaks.
    const otherwise = promises.strict ? manifests.writtenAs.get(id) : decodedPath(path);
    if (otherwise !== undefined && otherwise !== path && extras.has(otherwise)) {
      if (promises.strict) yield fault('A158', otherwise, 'the file bears the name as it is written in the manifest, not decoded');
      sizes[id] = extras.get(otherwise) ?? 0;
      onDisk.set(id, otherwise);
      used.add(otherwise);
      continue;
    }
    const form = otherForms(path);
    if (form !== null) {
      yield fault('A159', path, 'the file bears the name in another Unicode form');
      sizes[id] = form.sizeBytes;
      onDisk.set(id, form.path);
      used.add(form.path);
    } else if (promises.toFetch.has(path)) {
      pending += 1;
      yield fault('A150', path, 'fetch.txt says where it is to be fetched from; longplay does not fetch');
    } else if (!isUnjudged(path, unjudged)) yield fault('A130', path, 'it is missing');
  }
  for (const path of extras.keys()) if (!used.has(path)) yield fault('A134', path, 'no manifest lists it');
  const { oxum } = promises;
  // What could not be looked at, or is still to be fetched, has its own fault and no size.
  if (oxum !== null && pending === 0 && unjudged.size === 0 && (oxum.files !== BigInt(files) || oxum.bytes !== BigInt(bytes))) {
    yield fault('A146', '', `Payload-Oxum promises ${oxum.files} files of ${oxum.bytes} bytes, ${files} of ${bytes} bytes are there`);
  }
  return { sizes, onDisk, files, bytes };
}

async function payloadFolderFault(bag: string): Promise<BagFault | null> {
  try {
    const found = await lstat(join(bag, 'data'));
    if (found.isSymbolicLink()) return fault('A153', 'data', 'it is a symbolic link');
    return found.isDirectory() ? null : fault('A160', 'data', 'it is no folder');
  } catch (error) {
    return systemCode(error) === 'ENOENT' ? fault('A160', 'data', 'it is missing') : fault('A154', 'data', `it cannot be read: ${codeOf(error)}`);
  }
}

function isUnjudged(path: string, unjudged: ReadonlySet<string>): boolean {
  if (unjudged.size === 0) return false;
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) if (unjudged.has(path.slice(0, end))) return true;
  return false;
}

/** Finds a file whose name is the same in Unicode normal form C. The table is made when it is first asked for: most bags never ask. */
function createFormLookup(
  extras: ReadonlyMap<string, number>,
  pathOf: (id: number) => string,
  sizes: Float64Array,
): (path: string) => { readonly path: string; readonly sizeBytes: number } | null {
  let forms: Map<string, { readonly path: string; readonly sizeBytes: number }> | null = null;
  const ascii = /^[\x00-\x7f]*$/;
  return (path) => {
    if (ascii.test(path)) return null;
    if (forms === null) {
      forms = new Map();
      for (let id = 0; id < sizes.length; id++) {
        const listed = pathOf(id);
        const sizeBytes = sizes[id] ?? -1;
        if (sizeBytes >= 0 && !ascii.test(listed)) forms.set(listed.normalize('NFC'), { path: listed, sizeBytes });
      }
      for (const [extra, sizeBytes] of extras) if (!ascii.test(extra)) forms.set(extra.normalize('NFC'), { path: extra, sizeBytes });
    }
    return forms.get(path.normalize('NFC')) ?? null;
  };
}
