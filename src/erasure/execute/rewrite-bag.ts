import { existsSync, readdirSync, statSync } from 'node:fs';
import { copyFile, link, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bagAlgorithms } from '../../archive/bag/added-digests.ts';
import { parseManifestLine } from '../../archive/bag/bagit-reader.ts';
import { manifestsAmong } from '../../archive/bag/manifests.ts';
import { readTagFile } from '../../archive/bag/tag-file.ts';
import { type BagInfo, createBagDraft, finishBag, landBag, type PayloadFile } from '../../archive/bag/writer.ts';
import type { BagFolder } from '../../archive/bag-folders.ts';
import type { RewritePlace } from '../../archive/draft-place.ts';
import { cannotWrite, makeFolder, makeFolderDurable, syncFolder } from '../../archive/files/durable.ts';
import { systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { byCodePoint } from '../../core/base/order.ts';

/** Payload of a bag according to its manifests, without README.txt, which is written again. */
export interface ListedPayload {
  /** Ids of the algorithms of its manifests. */
  readonly algorithms: readonly string[];
  readonly files: readonly PayloadFile[];
}

/** Reports a bag that cannot be rewritten without loss; the message states the fault. */
export class UnsoundBag extends Error {}

/** Reads the payload that a bag lists. @throws UnsoundBag if the bag's files and manifests do not agree; the system's error */
export function listedPayload({ path }: Pick<BagFolder, 'path'>): ListedPayload {
  const manifests = manifestsAmong(readdirSync(path).sort(byCodePoint), 'payload');
  const algorithms = manifests.map(({ algorithm }) => algorithm);
  for (const algorithm of bagAlgorithms) if (!algorithms.includes(algorithm)) throw new UnsoundBag(`it has no manifest-${algorithm}.txt`);
  const digests = new Map<string, Record<string, string>>();
  for (const { name, algorithm } of manifests)
    for (const line of readTagFile(join(path, name), limits.ownManifestBytes).toString('utf8').split('\n')) {
      const entry = line === '' ? null : parseManifestLine(line);
      if (entry !== null) digests.set(entry.path, { ...digests.get(entry.path), [algorithm]: entry.digest });
    }
  const there = new Set(
    readdirSync(join(path, 'data'), { recursive: true, withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [] : [join(entry.parentPath, entry.name).slice(path.length + 1)],
    ),
  );
  for (const one of there) if (!digests.has(one)) throw new UnsoundBag(`${one} is not in its manifests`);
  const files = [...digests].map(([file, by]): PayloadFile => {
    const { sha256 = '', sha512 = '' } = by;
    if (!there.has(file)) throw new UnsoundBag(`${file} is missing`);
    return { path: file, sizeBytes: statSync(join(path, file)).size, sha256, sha512, added: by };
  });
  return { algorithms, files: files.filter((file) => file.path !== 'data/README.txt').sort((a, b) => byCodePoint(a.path, b.path)) };
}

/** Content of the new bag: files that stay unchanged, files that are replaced, and its tag files. */
export interface NewContent {
  readonly kept: readonly PayloadFile[];
  /** Files that are in the draft already. */
  readonly made: readonly PayloadFile[];
  readonly info: BagInfo;
  readonly algorithms: readonly string[];
}

/** Begins the draft of a bag and removes what a stopped run left of it. */
export async function beginRewrite({ draft }: RewritePlace): Promise<void> {
  await rm(dirname(draft), { recursive: true, force: true });
  await createBagDraft(draft);
}

/** Completes the draft of a bag and makes it durable. Unchanged files are hard links, or copies if the file system has no links. */
export async function finishRewrite(bag: Pick<BagFolder, 'path'>, { draft }: RewritePlace, content: NewContent, signal: AbortSignal): Promise<void> {
  const { kept, made, info, algorithms } = content;
  const folders = new Set<string>();
  for (const file of kept) {
    signal.throwIfAborted();
    const to = join(draft, file.path);
    if (!folders.has(dirname(to))) await makeFolder(dirname(to));
    folders.add(dirname(to));
    await linkOrCopy(join(bag.path, file.path), to);
  }
  await finishBag(draft, [...kept, ...made], info, signal, algorithms);
}

/** System codes with which file systems refuse a hard link. */
const noLinks: ReadonlySet<string | null> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EMLINK', 'EACCES']);

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!noLinks.has(systemCode(error))) throw cannotWrite(to, error);
    // `finishBag` makes the copy durable.
    await copyFile(from, to).catch((failure: unknown) => Promise.reject(cannotWrite(to, failure)));
  }
}

/** Moves a bag out of its place. It is removed for good once the log records the erasure. */
export async function moveAside(bag: Pick<BagFolder, 'path'>, { aside }: RewritePlace): Promise<void> {
  await rm(aside, { recursive: true, force: true });
  await makeFolderDurable(dirname(aside));
  try {
    await rename(bag.path, aside);
    await syncFolder(dirname(bag.path));
    await syncFolder(dirname(aside));
  } catch (error) {
    throw cannotWrite(bag.path, error);
  }
}

/** Moves back a bag that a stopped run left out of its place. */
export async function moveBack(bag: Pick<BagFolder, 'path'>, { aside }: RewritePlace): Promise<void> {
  await landBag(aside, bag.path);
}

/** Moves the draft into the place of the bag, which was moved away. */
export async function putInPlace(bag: Pick<BagFolder, 'path'>, { draft }: RewritePlace): Promise<void> {
  await landBag(draft, bag.path);
}

/** Removes the states of a bag outside of its place, so that no copy of them remains on the disk. */
export async function removeStates({ draft, aside }: RewritePlace): Promise<void> {
  for (const folder of [dirname(draft), aside]) {
    if (!existsSync(folder)) continue;
    await rm(folder, { recursive: true, force: true }).catch((error: unknown) => Promise.reject(cannotWrite(folder, error)));
    await syncFolder(dirname(folder));
  }
}
