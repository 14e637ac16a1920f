import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { bagType } from '../archive/bag/info.ts';
import { casesFolder } from '../archive/documents/case-json.ts';
import { type Archive, listBags } from '../archive/layout.ts';
import { LongplayError } from '../core/base/error.ts';
import type { ArchiveLog } from '../log/log.ts';
import { listJobs } from '../store/jobs/plan.ts';
import { mentionsOne } from './mentions.ts';

/** Refuses archives with copies of recordings from which this version cannot erase. @param isMeant true for recordings that are or were to be erased @throws LongplayError usage E104 */
export async function refuseUnerasable(archive: Archive, log: ArchiveLog, isMeant: (recordingId: string) => boolean): Promise<void> {
  const refuse = (what: string, next: string): never => {
    throw new LongplayError('usage', 'E104', `nothing was erased: ${what}`, next);
  };
  const [replica] = log.replicas().values();
  if (replica !== undefined) refuse(`the archive has a replica, ${replica.name}`, 'this version erases from archives without replicas only');
  if (listJobs(join(archive.dir, 'jobs'), null).length > 0)
    refuse('an import of the archive is unfinished', 'finish it with the same `longplay import`, then run again');
  for (const folder of ['quarantine', casesFolder])
    for (const name of namesOf(join(archive.dir, folder)))
      if (mentionsOne(join(archive.dir, folder, name), isMeant))
        refuse(
          `${folder}/${name} names recordings that are to be erased`,
          folder === casesFolder
            ? 'hand the case over if it must be answered, delete it (longplay case delete), then run again'
            : 'check what is in it and remove it, then run again',
        );
  for await (const bag of listBags(archive))
    if (bagType(bag.path) === 'tables')
      refuse(`${bag.folder} keeps tables of the recorder`, 'this version erases from archives without kept tables only');
}

function namesOf(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
