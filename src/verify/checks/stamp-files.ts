import { sha256Hex } from '../../core/base/identifier.ts';
import { errorVerdict, type Verdict } from '../../core/model/verdict.ts';
import { isRenewalOf } from '../../log/stamps/check.ts';
import { listFile, listStamps, readStampFile, stampFile } from '../../log/stamps/store.ts';

/**
 * Compares the files of time stamps with their digests in the log. `log verify --roots` checks what the stamps prove.
 * @param entered SHA-256 by path, as `addStampFiles` takes it from the log
 */
export async function* checkStampFiles(archive: { readonly dir: string }, entered: ReadonlyMap<string, string>): AsyncGenerator<Verdict> {
  const { stamps, strangers } = await listStamps(archive);
  for (const path of strangers) yield errorVerdict('unexpected', 'L234', path, 'it is not a file of a stamp');
  const there = new Set(
    stamps.flatMap(({ size, parts, lists }) => [
      ...[...parts].map((part) => stampFile(size, part)),
      ...lists.map((digest) => listFile(size, digest)),
    ]),
  );
  for (const [path, sha256] of entered) {
    if (!there.has(path)) {
      yield errorVerdict('missing', 'L231', path, 'it does not exist, although the log names it');
      continue;
    }
    const bytes = await readStampFile(archive, path);
    if (bytes !== null && path.endsWith('.ers') && isRenewalOf(bytes, sha256)) {
      yield { ...errorVerdict('unverifiable', 'L238', path, 'its last stamp is not in the log'), severity: 'warning' };
      continue;
    }
    if (bytes === null || sha256Hex(bytes) !== sha256) yield errorVerdict('corrupt', 'L230', path, 'its SHA-256 differs from its entry in the log');
  }
  for (const path of there) {
    if (entered.has(path)) continue;
    // Left by a run that was stopped after it wrote the file and before it entered it in the log; the next run does both again.
    yield { ...errorVerdict('unverifiable', 'L238', path, 'it is not in the log'), severity: 'warning' };
  }
}
