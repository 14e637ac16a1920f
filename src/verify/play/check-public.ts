import { basename, dirname } from 'node:path';
import { type PublicDocument, publicName } from '../../archive/documents/public-json.ts';
import { agree } from '../../core/base/agree.ts';
import { limits } from '../../core/base/limits.ts';
import type { FindingCode } from '../../core/findings/finding-table.ts';
import type { Verdict, VerdictKind } from '../../core/model/verdict.ts';
import { createVerdictCap } from '../../core/model/verdict-cap.ts';
import type { FilesThere, RecordingPlace } from './check-recording.ts';

/**
 * Compares a sealed recording's files with the public statements in its folder, without any key: each stated file exists with its size, and no other file does.
 * The same read compares the bytes with the manifests. The content remains unknown without a key.
 */
export function checkPublic(document: PublicDocument, { seen, unread }: FilesThere, where: Pick<RecordingPlace, 'place'>): Verdict[] {
  const verdicts: Verdict[] = [];
  const cap = createVerdictCap(limits.recordingVerdicts);
  const folder = seen[0] === undefined ? `data/${document.recordingId}` : dirname(seen[0].path);
  const say = (verdict: VerdictKind, code: FindingCode, name: string, message: string): void => {
    const said: Verdict = { kind: 'verdict', verdict, code, path: `${where.place}/${folder}/${name}`, message, severity: 'error' };
    if (cap.pass(said)) verdicts.push(said);
  };
  if (basename(folder) !== document.recordingId)
    say('swapped', 'V111', publicName, `belongs to recording ${document.recordingId}, but is in the folder of another`);
  const byName = new Map(seen.map((file) => [file.name, file]));
  byName.delete(publicName);
  for (const { path, sizeBytes, sha256 } of document.files) {
    const found = byName.get(path);
    byName.delete(path);
    if (found === undefined && !unread.has(path)) say('missing', 'V112', path, `is named by ${publicName} and does not exist`);
    if (found !== undefined && (found.sizeBytes !== sizeBytes || (found.sha256 !== null && found.sha256 !== sha256)))
      say(
        'corrupt',
        'V113',
        path,
        agree`has ${found.sizeBytes} byte[s] and SHA-256 ${(found.sha256 ?? '').slice(0, 16)}…, ${publicName} states ${sizeBytes} byte[s] and ${sha256.slice(0, 16)}…`,
      );
  }
  for (const name of byName.keys()) say('unexpected', 'V114', name, `is in the recording and is not named by its ${publicName}`);
  for (const rest of cap.rest(`${where.place}/${folder}`)) verdicts.push(rest);
  return verdicts;
}
