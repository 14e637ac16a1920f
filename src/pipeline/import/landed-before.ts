import { type Finding, finding } from '../../core/findings/finding.ts';
import type { LogDetail } from '../../log/entries/log-entry.ts';
import type { PlannedBag, PlannedRecording } from '../../store/jobs/plan.ts';
import { isDoubtful, isNotPlayable } from '../make/make-recording.ts';
import { readBagDocuments } from '../open/catalog-sync.ts';

/** What the run that landed a bag could not do for it. */
export interface Earlier {
  readonly notImported: number;
  readonly notPlayable: number;
  readonly doubtful: number;
  readonly findings: readonly Finding[];
}

/**
 * What was amiss with a bag that an earlier run of the job landed: the run that ends the job speaks for all of it, in words and exit
 * code. The bag itself is read only where the log does not say that all was well.
 * @param absent its planned recordings that are nowhere in the archive
 * @param landing what the log has of the landing, or null
 */
export async function landedBefore(
  folder: string,
  bag: PlannedBag,
  absent: readonly PlannedRecording[],
  landing: LogDetail | null,
): Promise<Earlier> {
  // Landings made before doubts were asked for do not speak of them.
  const well = landing?.recordings === bag.recordings && landing.notPlayable === 0 && (landing.doubtful ?? 0) === 0;
  if (well) return { notImported: 0, notPlayable: 0, doubtful: 0, findings: [] };
  const findings: Finding[] = [];
  let notPlayable = 0;
  let doubtful = 0;
  for (const read of readBagDocuments(folder, bag.name)) {
    if (read.kind === 'finding') {
      findings.push(read);
      continue;
    }
    const { media } = read.document;
    notPlayable += media.filter(isNotPlayable).length;
    doubtful += media.filter(isDoubtful).length;
    findings.push(...media.flatMap((medium) => (isNotPlayable(medium) || isDoubtful(medium) ? medium.findings : [])));
  }
  for (const { recording } of absent) {
    const place = recording.media[0]?.path ?? recording.key;
    findings.push(finding('P113', place, 'was not imported when its bag landed; import once more when this job is done'));
  }
  return { notImported: absent.length, notPlayable, doubtful, findings };
}
