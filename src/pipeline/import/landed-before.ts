import { type Finding, finding } from '../../core/findings/finding.ts';
import { isDoubtful } from '../../core/model/recording-document.ts';
import type { LogDetail } from '../../log/entries/log-entry.ts';
import type { PlannedBag, PlannedRecording } from '../../store/jobs/plan.ts';
import { isNotPlayable } from '../make/make-recording.ts';
import { readBagDocuments } from '../open/catalog-sync.ts';

/** Problems of a bag in the run that landed it. */
export interface Earlier {
  readonly notImported: number;
  readonly notPlayable: number;
  readonly doubtful: number;
  readonly findings: readonly Finding[];
}

/**
 * Returns the problems of a bag that an earlier run of the job landed. The run that ends the job reports all of them, in messages and in its exit
 * code. The bag itself is read only if the log shows problems, or has no counts.
 * @param absent planned recordings that are not in the archive
 * @param landing the log's entry of the landing, or null
 */
export async function landedBefore(
  folder: string,
  bag: PlannedBag,
  absent: readonly PlannedRecording[],
  landing: LogDetail | null,
): Promise<Earlier> {
  // Landings of early versions have no count of doubts.
  const well =
    landing !== null && (landing.amendments ?? landing.recordings) === bag.recordings && landing.notPlayable === 0 && (landing.doubtful ?? 0) === 0;
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
    findings.push(finding('P113', place, 'was not imported when its bag landed; import again when this job is done'));
  }
  return { notImported: absent.length, notPlayable, doubtful, findings };
}
