import { readdirSync, statSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createAdaptiveAccess } from '../../core/base/adaptive-access.ts';
import { agree } from '../../core/base/agree.ts';
import { bounded } from '../../core/base/limits.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { landFolder, makeFolder, syncTree, writeDurable } from '../files/durable.ts';
import { digestAlgorithm } from '../files/hash-file.ts';
import { bagAlgorithms } from './added-digests.ts';
import { type BagType, bagVersionOf, sealingMethod } from './info.ts';
import { bagReadme } from './readme.ts';
import { sealedReadme } from './sealed-readme.ts';
import { tablesReadme } from './tables-readme.ts';
import { digestOf } from './tag-manifest.ts';

/** A file that is already in the draft. */
export interface PayloadFile {
  /** Path relative to the bag: `data/<recordingId>/original-1.wav`. */
  readonly path: string;
  readonly sizeBytes: number;
  /** SHA-256 in lower-case hexadecimal. */
  readonly sha256: string;
  readonly sha512: string;
  /** Digests by the algorithms that a rehash added to the archive, by id. */
  readonly added?: Readonly<Record<string, string>>;
}

/** Content of bag-info.txt. Contains no personal data. */
export interface BagInfo {
  /** `YYYY-MM-DD` from the plan, so that re-creating the bag gives the same bytes. */
  readonly baggingDate: string;
  /** Name of the bag. */
  readonly externalIdentifier: string;
  readonly description: string;
  /** Type of the bag; absent: recordings. */
  readonly type?: BagType;
  readonly recordings: number;
  /** Name and version of the program. */
  readonly tool: string;
  /** Page of the keyring, 32 hexadecimal digits; absent: the bag is not sealed. */
  readonly making?: string;
  /** The text of formats.txt, from `bagFormats`. */
  readonly formats: string;
}

/** Matches a segment of a path in longplay's bags: a name that all BagIt tools and file systems accept. */
const plainName = /^[a-z0-9][a-z0-9.-]{0,119}$/;

/** Creates the folder of a bag draft. The caller writes the payload below `data/`. @throws if the folder exists. */
export async function createBagDraft(draft: string): Promise<void> {
  await makeFolder(join(draft, 'data'));
  if ((await readdir(draft)).length !== 1) throw new Error(`${draft} holds something already`);
}

/**
 * Writes the tag files of a draft and makes the whole draft durable; `landBag` can then put it in place. The same files, info and algorithms give the same
 * bytes. `data/` must contain exactly `files`, by name and size; anything else is a bug of the caller and throws.
 * @param algorithms algorithms of the manifests; for each one beyond SHA-2, every file must have a digest
 */
export async function finishBag(
  draft: string,
  files: Iterable<PayloadFile>,
  info: BagInfo,
  signal: AbortSignal,
  algorithms: readonly string[] = bagAlgorithms,
): Promise<void> {
  const write = (path: string, text: string): Promise<PayloadFile> => writeTagFile(draft, path, text, algorithms);
  const own = [...files].sort((a, b) => byCodePoint(a.path, b.path));
  const opusCopy = own.find(({ path }) => /\/access-[^/]+\.opus$/.test(path))?.path ?? null;
  const readme = await write('data/README.txt', readmeOf(info, opusCopy));
  const payload = [...own, readme].sort((a, b) => byCodePoint(a.path, b.path));
  await checkPayload(draft, payload, algorithms, signal);
  const bytes = payload.reduce((sum, file) => sum + file.sizeBytes, 0);
  const tagFiles = [
    await write('bagit.txt', 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n'),
    await write('bag-info.txt', bagInfoText(info, `${bytes}.${payload.length}`)),
    await write('formats.txt', info.formats),
  ];
  const listing = (of: readonly PayloadFile[], algorithm: string): string =>
    manifestText(of.map((file) => [file.path, digestBy(file, algorithm) ?? '']));
  for (const algorithm of algorithms) tagFiles.push(await write(`manifest-${algorithm}.txt`, listing(payload, algorithm)));
  tagFiles.sort((a, b) => byCodePoint(a.path, b.path));
  for (const algorithm of algorithms) await write(`tagmanifest-${algorithm}.txt`, listing(tagFiles, algorithm));
  signal.throwIfAborted();
  await syncTree(draft, signal);
}

function readmeOf({ making, ...info }: BagInfo, opusCopy: string | null): string {
  if (making !== undefined) return sealedReadme({ ...info, making });
  return info.type === 'tables' ? tablesReadme(info) : bagReadme({ ...info, opusCopy });
}

/** Puts a finished draft in place with one rename, completely or not at all. @throws LongplayError A106 if the target exists. */
export async function landBag(draft: string, target: string): Promise<void> {
  await landFolder(draft, target);
}

/** Returns the lines of a manifest (RFC 8493 section 2.1.3): digest, two blanks, path, as `sha256sum -c` reads them. */
export function manifestText(files: readonly (readonly [path: string, digest: string])[]): string {
  return files.map(([path, digest]) => `${digest}  ${path}\n`).join('');
}

function digestBy(file: PayloadFile, algorithm: string): string | undefined {
  return algorithm === 'sha256' || algorithm === 'sha512' ? file[algorithm] : file.added?.[algorithm];
}

/** Returns bag-info.txt, with labels of RFC 8493 section 2.2.2 and longplay's own. A bag of recordings states no type, as in version 1. */
function bagInfoText(info: BagInfo, payloadOxum: string): string {
  const type = info.type ?? 'recordings';
  const lines = [
    ['Bag-Software-Agent', info.tool],
    ['Bagging-Date', info.baggingDate],
    ['External-Identifier', info.externalIdentifier],
    ['Internal-Sender-Description', info.description],
    ...(type === 'recordings' ? [] : [['Longplay-Bag-Type', type] as const]),
    ['Longplay-Bag-Version', String(bagVersionOf(type, info.making !== undefined))],
    ...(info.making === undefined ? [] : [['Longplay-Making', info.making] as const]),
    ['Longplay-Recordings', String(info.recordings)],
    ...(info.making === undefined ? [] : [['Longplay-Sealing', sealingMethod] as const]),
    ['Payload-Oxum', payloadOxum],
  ] as const;
  return lines.map(([label, value]) => `${label}: ${oneLine(value)}\n`).join('');
}

function oneLine(value: string): string {
  return value.replace(/\s+/gu, ' ').trim();
}

async function writeTagFile(draft: string, path: string, text: string, algorithms: readonly string[]): Promise<PayloadFile> {
  const bytes = Buffer.from(text, 'utf8');
  await writeDurable(join(draft, path), bytes);
  const by = (algorithm: string): string => digestOf(bytes, algorithm) ?? '';
  const added = Object.fromEntries(algorithms.map((algorithm) => [algorithm, by(algorithm)]));
  return { path, sizeBytes: bytes.length, sha256: by('sha256'), sha512: by('sha512'), added };
}

/** Checks a bag before it becomes permanent: file names, form of digests, and that the disk has exactly these files. */
async function checkPayload(draft: string, payload: readonly PayloadFile[], algorithms: readonly string[], signal: AbortSignal): Promise<void> {
  const sizes = new Map<string, number>();
  for (const file of payload) {
    if (sizes.has(file.path)) throw new Error(`${file.path} is listed twice for one bag`);
    const parts = file.path.split('/');
    const plain = file.path === 'data/README.txt' || (parts[0] === 'data' && parts.length > 1 && parts.every((part) => plainName.test(part)));
    if (!plain) throw new Error(`${JSON.stringify(file.path)} is not a name for a bag`);
    for (const algorithm of algorithms) {
      const digest = digestBy(file, algorithm) ?? '';
      if (digest.length !== digestAlgorithm(algorithm)?.hexDigits || !/^[0-9a-f]+$/.test(digest)) throw new Error(`${file.path} has no digests`);
    }
    sizes.set(file.path, bounded(file.sizeBytes, Number.MAX_SAFE_INTEGER, `size of ${file.path}`));
  }
  const patience = createAdaptiveAccess();
  const look = async (folder: string): Promise<void> => {
    signal.throwIfAborted();
    const inside = join(draft, folder);
    const entries = await patience.ask(
      1,
      () => readdirSync(inside, { withFileTypes: true }),
      () => readdir(inside, { withFileTypes: true }),
    );
    const files = entries.filter((entry) => entry.isFile()).map(({ name }) => join(inside, name));
    const found = await patience.ask(
      files.length,
      () => files.map((file) => statSync(file).size),
      () => Promise.all(files.map(async (file) => (await stat(file)).size)),
    );
    const sizeOf = new Map(files.map((file, at) => [file, found[at] ?? null]));
    for (const entry of entries) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        await look(path);
        continue;
      }
      const expected = sizes.get(path);
      const size = sizeOf.get(join(inside, entry.name)) ?? null;
      if (expected === undefined || size !== expected)
        throw new Error(agree`${path} has ${size} byte[s] in the draft, ${expected ?? 'none'} [was|were] announced`);
      sizes.delete(path);
    }
  };
  await look('data');
  const [missing] = sizes.keys();
  if (missing !== undefined) throw new Error(`${missing} was announced and is not in the draft`);
}
