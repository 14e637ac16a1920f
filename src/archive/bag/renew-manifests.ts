import { rmSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { byCodePoint } from '../../core/base/order.ts';
import { cannotWrite, makeFolderDurable, syncFolder, writeDurable } from '../files/durable.ts';
import { landingMember } from './landing.ts';
import { digestOf, type TagManifestDigests } from './tag-manifest.ts';
import { manifestText } from './writer.ts';

/** A file of a bag that was just read completely, with its digests by algorithm. */
export interface DigestedPath {
  /** Path relative to the bag. */
  readonly path: string;
  readonly digests: Readonly<Record<string, string>>;
}

/** Tag files that add an algorithm to a bag. */
export interface RenewedManifests {
  /** Files in the order in which they must be placed. */
  readonly files: readonly { readonly name: string; readonly text: string }[];
  /** Digests of the bag's tag manifests with these files, for the log. */
  readonly landing: TagManifestDigests;
}

/**
 * Creates the payload manifest of a bag for an added algorithm, and all tag manifests, because they list it. The same bag always gives the same bytes.
 * @param files every file in the bag except its tag manifests, each with digests by `old` and `added`
 * @param old algorithms of the existing manifests
 */
export function renewManifests(files: readonly DigestedPath[], old: readonly string[], added: string): RenewedManifests {
  const sorted = [...files].sort((a, b) => byCodePoint(a.path, b.path));
  const listing = (of: readonly DigestedPath[], algorithm: string): string =>
    manifestText(of.map(({ path, digests }) => [path, needed(digests[algorithm], path, algorithm)]));
  const algorithms = [...new Set([...old, added])];
  const name = `manifest-${added}.txt`;
  const text = listing(
    sorted.filter(({ path }) => path.startsWith('data/')),
    added,
  );
  const own = { path: name, digests: Object.fromEntries(algorithms.map((id) => [id, needed(digestOf(text, id) ?? undefined, name, id)])) };
  const tagFiles = [...sorted.filter(({ path }) => !path.startsWith('data/') && path !== name), own].sort((a, b) => byCodePoint(a.path, b.path));
  // The new tag manifest comes first, then the existing ones, so that at each moment every listed file exists and has its listed digest.
  const tagManifests = [added, ...algorithms.filter((id) => id !== added)].map((id) => ({
    name: `tagmanifest-${id}.txt`,
    text: listing(tagFiles, id),
    id,
  }));
  return {
    files: [{ name, text }, ...tagManifests.map((one) => ({ name: one.name, text: one.text }))],
    landing: Object.fromEntries(
      tagManifests.map((one) => [landingMember(one.id), needed(digestOf(one.text, one.id) ?? undefined, one.name, one.id)]),
    ),
  };
}

function needed(digest: string | undefined, path: string, algorithm: string): string {
  if (digest === undefined) throw new Error(`${path} has no ${algorithm}`);
  return digest;
}

/** New tag files that are on disk beside the bag, but not yet in it. */
export interface StagedManifests {
  /** Puts the files in place one by one, each durable before the next. The call must not be abandoned once it has begun. */
  place(bag: string): Promise<void>;
}

/**
 * Writes the files to a folder outside the bag, on the same file system.
 * @throws LongplayError A107 if the system refuses; so does `place`
 */
export async function stageManifests(folder: string, { files }: RenewedManifests): Promise<StagedManifests> {
  rmSync(folder, { recursive: true, force: true });
  await makeFolderDurable(folder);
  for (const { name, text } of files) await writeDurable(join(folder, name), text);
  return {
    place: async (bag) => {
      for (const { name } of files) {
        try {
          await rename(join(folder, name), join(bag, name));
        } catch (error) {
          throw cannotWrite(join(bag, name), error);
        }
        await syncFolder(bag);
      }
    },
  };
}
