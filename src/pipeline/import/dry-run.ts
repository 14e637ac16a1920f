import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LongplayError } from '../../core/base/error.ts';
import { erasedLookup, readErasures } from '../../log/erasure/erased-recordings.ts';
import { atRestOf, saltOf } from '../../sealing/stored/archive-secrets.ts';
import { openLedger } from '../../store/jobs/ledger.ts';
import type { JobRequest } from '../../store/jobs/plan.ts';
import { findingEvent, type PipelineEvent } from '../events/events.ts';
import { createReportNotes, noting } from '../events/report-notes.ts';
import { isEmptyFolder, keepApart, refuseFile } from '../files/target-folder.ts';
import { openForReading } from '../open/open-archive.ts';
import { documentsOf } from '../open/query.ts';
import { audioAlarms } from '../read/expected-audio.ts';
import { openSources, storeOf } from '../read/open-sources.ts';
import type { Known } from '../read/place-recording.ts';
import { readRequested } from '../read/read-requested.ts';
import { followSource } from '../read/source-notes.ts';
import { createDifferenceTally, recordsLost, settleDifferences, tallying } from '../report/differences.ts';
import { beginCallList, checkReportFolder, reportUnchanged } from '../report/write.ts';
import { archiveFaults } from './archive-faults.ts';
import { chooseSealing } from './choose-sealing.ts';
import type { ImportOutcome, ImportTools } from './import-run.ts';
import { noResult } from './job-progress.ts';

/** Yields what an import would do. Writes nothing into the archive, not even a lock. */
export async function* planOnly(
  request: JobRequest,
  archiveDir: string,
  tools: Omit<ImportTools, 'register'>,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, ImportOutcome> {
  refuseFile(archiveDir, 'A101');
  keepApart(request.sources, archiveDir);
  checkReportFolder(tools.report, [...request.sources, archiveDir]);
  const isSealed = request.enrich === undefined && (await chooseSealing(archiveDir, tools.sealing));
  await using opened = await openSources(request.sources, tools.temporary, signal, storeOf(request));
  const there = request.enrich !== undefined || existsSync(join(archiveDir, 'longplay.json'));
  if (!there && !isEmptyFolder(archiveDir))
    throw new LongplayError(
      'usage',
      'A101',
      `${archiveDir} is not empty and is not an archive`,
      'name a new or empty folder, or an existing archive',
    );
  using archive = there ? yield* openForReading(archiveDir, opened.scratch, signal, 'nothing') : null;
  if (request.enrich !== undefined) archive?.catalog.settle();
  using lookup = archive?.catalog.lookup() ?? null;
  const ledger = openLedger(opened.scratch, false);
  // The key for the lists of this run exists only in its memory.
  const jobsKey = archive !== null ? atRestOf(archive.archive).jobsKey : isSealed ? randomBytes(32) : null;
  const calls = tools.report === undefined ? null : beginCallList(opened.scratch, jobsKey);
  try {
    const notes = followSource(opened.source);
    const known: Known = lookup?.newestOf ?? (() => null);
    const archived = lookup === null ? {} : { archived: { lookup, compareBytes: tools.compareBytes, documentOf: documentsOf(archiveDir) } };
    const place = archive?.archive ?? null;
    const erased = place === null ? {} : { erased: await erasedLookup(await readErasures(place, tools.keys, signal), place.id, tools.keys) };
    const reading = {
      importers: tools.importers,
      media: tools.media,
      salt: archive === null ? 'dry-run' : saltOf(archive.archive),
      known,
      ...archived,
      ...erased,
      clockMs: tools.clockMs(),
      ...(calls === null ? {} : { onTaken: calls.list.add }),
      showsDifferences: request.amend === true || request.enrich !== undefined,
    };
    const told = createReportNotes();
    const tally = createDifferenceTally();
    const { reconciliation, listed } = yield* tallying(noting(readRequested({ opened, ledger, notes }, request, reading, signal), told), tally);
    for (const found of audioAlarms(reconciliation, tools.expectAudio ?? null).map(findingEvent)) {
      told.take(found);
      tally.take(found);
      yield found;
    }
    const settled = settleDifferences(tally.differences({ recordsLost: recordsLost(reconciliation) }), tools.acceptances);
    const unchanged = {
      of: 'dry-run',
      request,
      archive: archive?.archive ?? null,
      reconciliation,
      accepted: settled.accepted,
      now: tools.now(),
    } as const;
    const read = calls === null ? null : { file: calls.file, key: jobsKey, seal: calls.list.finish(), notes: told.notes(), listed };
    const report = tools.report === undefined || read === null ? null : yield* reportUnchanged(tools.report, read, unchanged, signal);
    const faults = archive === null ? [] : await archiveFaults(archive.archive, archive.catalog, tools.keys, signal);
    yield* faults.map(findingEvent);
    yield reconciliation;
    return {
      ...noResult,
      kept: { tables: 0, bytes: 0 },
      resumed: false,
      unread: notes.unread,
      faults: faults.length,
      reconciliation,
      settled,
      report,
    };
  } finally {
    calls?.list.discard();
    ledger.close();
  }
}
