import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { landingOf, sameLanding } from '../../archive/bag/landing.ts';
import { tagManifestDigests } from '../../archive/bag/tag-manifest.ts';
import { type BagFolder, listBags } from '../../archive/bag-folders.ts';
import { makeFolderDurable, moveFolder, syncFolder } from '../../archive/files/durable.ts';
import type { Archive } from '../../archive/layout.ts';
import { isFileError, systemCode } from '../../core/base/error.ts';
import { finding } from '../../core/findings/finding.ts';
import type { LogDetail } from '../../log/entries/log-entry.ts';
import type { ArchiveLog } from '../../log/log.ts';
import type { Catalog } from '../../store/catalog/catalog.ts';
import { findingEvent, type PipelineEvent } from '../events/events.ts';

/**
 * Completes what interrupted imports left between the announcement of a bag and its landing. A bag that matches its announcement is logged as landed.
 * A bag that an unfinished job planned and that differs, or was never announced, goes to the quarantine, because the origin of its bytes is unknown;
 * the job makes it again. An announcement without a bag and without a job is withdrawn. The caller holds the archive's lock.
 * @param planned bags of unfinished jobs
 */
export async function* settleLandings(
  archive: Archive,
  { log, catalog }: { readonly log: Pick<ArchiveLog, 'append' | 'appendAll' | 'landedBags' | 'announcedBags'>; readonly catalog: Catalog },
  planned: ReadonlySet<string>,
  now: string,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent> {
  const open = new Map(log.announcedBags());
  for await (const bag of listBags(archive)) {
    signal.throwIfAborted();
    if (log.landedBags().has(bag.name)) continue;
    const announced = open.get(bag.name) ?? null;
    open.delete(bag.name);
    if (announced !== null && isAsAnnounced(bag, announced)) {
      // The interrupted run may have ended between the rename and the sync; the log must not be ahead of the disk.
      await syncFolder(dirname(bag.path));
      await log.append('bag-landed', { ...announced, recovered: true });
    } else if (planned.has(bag.name)) {
      const folder = await putAside(archive, bag, now);
      await log.append('bag-set-aside', { bag: bag.name, folder, announced: announced !== null });
      catalog.removeBag(bag.name);
      yield announced === null
        ? { type: 'notice', message: `${bag.folder} landed and was not announced in the log; it was moved to ${folder}, and is made again` }
        : findingEvent(
            finding(
              'P133',
              bag.folder,
              `is not the bag that was announced in the log before it landed; it was moved to ${folder}, and is made again`,
            ),
          );
    } else yield findingEvent(finding('P132', bag.folder, 'is not in the log and no unfinished job planned it'));
  }
  const withdrawn = [...open.keys()].filter((bag) => !planned.has(bag));
  if (withdrawn.length > 0) await log.appendAll(withdrawn.map((bag) => ({ type: 'bag-withdrawn', detail: { bag } })));
}

function isAsAnnounced(bag: BagFolder, announced: LogDetail): boolean {
  try {
    return sameLanding(landingOf(tagManifestDigests(bag.path)), landingOf(announced));
  } catch (error) {
    const code = systemCode(error);
    if (code === null || !(code === 'ENOENT' || isFileError(code))) throw error;
    return false;
  }
}

/** Moves a bag to the quarantine, where nothing is ever deleted. @returns its folder there, relative to the archive */
async function putAside(archive: Archive, bag: BagFolder, now: string): Promise<string> {
  const first = `quarantine/${now.replace(/[-:]|\.\d+/g, '')}-${basename(bag.name)}`;
  let folder = first;
  for (let number = 2; existsSync(join(archive.dir, folder)); number++) folder = `${first}-${number}`;
  const target = join(archive.dir, folder, 'bag');
  await makeFolderDurable(dirname(target));
  await moveFolder(bag.path, target);
  return folder;
}
