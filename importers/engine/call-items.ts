import { createTurns } from '../../src/core/base/turns.ts';
import type { ImportItem } from '../../src/core/model/importer.ts';
import type { Account } from './account.ts';
import { withoutCopies } from './join/copies.ts';
import { copyRecording } from './join/file-recordings.ts';
import { gatheredCalls } from './join/gather-calls.ts';
import type { JoinedFiles } from './join/join-files.ts';
import { callRecordings } from './join/recordings.ts';
import { documentRoles } from './join/stray.ts';
import type { Intake } from './join/take-in.ts';
import { entryDigest, type ImportRun } from './read/import-run.ts';
import type { JoinedRecord } from './records/call.ts';
import { checkStated } from './records/stated-bytes.ts';

/** Yields the recordings of all calls, and of the copies of their files. */
export async function* callItems(
  run: ImportRun,
  intake: Intake,
  joined: JoinedFiles,
  { tally, context, starts }: Account,
): AsyncGenerator<ImportItem> {
  const { family, source, signal } = run;
  const digest = (path: string): Promise<string> => entryDigest(run, path);
  const eventShapes = new Set(family.shapes.filter(({ role }) => role === 'event').map(({ name }) => name));
  const isEvent = ({ shape }: JoinedRecord): boolean => eventShapes.has(shape);
  const turns = createTurns();
  for (const gathered of gatheredCalls(family, intake, joined)) {
    if (turns.isDue()) await turns.take(signal);
    if (family.strayReason !== undefined && (yield* documentRoles(family, gathered.call))) continue;
    // Most calls have at most one file and no copy of it, so that there is nothing to await.
    const { files, copies } =
      gathered.call.files.length < 2 ? { files: gathered.call.files, copies: [] } : await withoutCopies(family, gathered.call.files, digest);
    const call = copies.length === 0 ? gathered.call : { ...gathered.call, files };
    tally.records(call.repeated, 'duplicate-row');
    // A call that consists of events alone becomes no recording.
    const isCall = files.length > 0 || !call.records.every(isEvent);
    for (const { recording, records, repeated, stated, otherwise } of callRecordings(
      family,
      copies.length === 0 ? gathered : { ...gathered, call },
      context,
    )) {
      tally.records(repeated, 'duplicate-row');
      tally.records(records.filter(isEvent), isCall ? 'event' : 'event-without-recording');
      if (!isCall) continue;
      if (recording.callStart?.certainty === 'unzoned') starts.unzoned++;
      tally.records(
        records.filter((record) => !isEvent(record)),
        recording.reconciliation.status,
      );
      const differing = stated.length === 0 ? [] : await checkStated(source, stated, signal);
      yield differing.length === 0 ? recording : { ...(otherwise ?? recording), findings: [...(otherwise ?? recording).findings, ...differing] };
      if (copies.length === 0) continue;
      const ownCopies = copies.filter(({ of }) => recording.media.some(({ path }) => path === of));
      if (family.copyReason !== undefined) {
        for (const { file } of ownCopies) yield { kind: 'file', path: file.path, role: 'sidecar', reason: family.copyReason };
        continue;
      }
      for (const [index, { file }] of ownCopies.entries()) yield copyRecording(family, file, recording.key, index + 1, context);
    }
  }
}
