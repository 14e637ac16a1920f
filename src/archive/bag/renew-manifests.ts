import { rmSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { byCodePoint } from '../../core/base/order.ts';
import { cannotWrite, makeFolderDurable, syncFolder, writeDurable } from '../files/durable.ts';
import { landingMember } from './landing.ts';
import { digestOf, type TagManifestDigests } from './tag-manifest.ts';
import { manifestText } from './writer.ts';

/** A file of a bag as it was just read whole: its digests by algorithm. */
export interface DigestedPath {
  /** Relative to the bag. */
  readonly path: string;
  readonly digests: Readonly<Record<string, string>>;
}

/** The tag files that a further algorithm brings into a bag. */
export interface RenewedManifests {
  /** In the order in which they are to be put in place. */
  readonly files: readonly { readonly name: string; readonly text: string }[];
  /** What the bag lands as with them, for the log. */
  readonly landing: TagManifestDigests;
}

/**
 * The new payload manifest of a bag, and all its tag manifests anew, which list it. The same bag gives the same bytes, whoever makes them and
 * however often.
 * @param files everything in the bag but its tag manifests, each with digests by `old` and `added`
 * @param old algorithms of the manifests that are there
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
  // The manifest first, and the tag manifests that were there last: at each moment what is listed is there and as it is listed.
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

/** New tag files beside the bag, on the disk, and not in it yet. */
export interface StagedManifests {
  /** Puts them in place, one by one, each permanent before the next; once begun it is not to be given up. */
  place(bag: string): Promise<void>;
}

/**
 * Writes the files to a folder of the same file system, where a bag does not show them.
 * @throws LongplayError A107, as its methods, where the system refuses
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
