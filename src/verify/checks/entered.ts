import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, hashFile } from '../../archive/files/hash-file.ts';
import { isFileError, systemCode } from '../../core/base/error.ts';
import { errorVerdict, type Verdict } from '../../core/model/verdict.ts';
import type { LoggedFile, LoggedFiles } from '../../log/entries/logged-files.ts';

/** State of a file compared with its log entries; `older`: the file matches an earlier entry and not the last. */
export type EnteredState = 'well' | 'older' | 'missing' | 'altered' | { readonly unreadable: string };

/**
 * Compares a file with its log entries; links are not followed.
 * @param depth `sizes`: large files are not digested
 */
export function enteredState(path: string, known: readonly LoggedFile[], depth: 'bytes' | 'sizes'): EnteredState {
  try {
    const stat = lstatSync(path);
    const fitting = stat.isFile() ? known.filter(({ sizeBytes }) => sizeBytes === stat.size) : [];
    if (fitting.length === 0) return 'altered';
    const newest = known.at(-1);
    if (depth === 'sizes' && /\.(?:csv|jsonl)$/.test(path)) return newest !== undefined && fitting.includes(newest) ? 'well' : 'older';
    const found = hashFile(path, ['sha256']).digests.sha256;
    if (found === newest?.sha256) return 'well';
    return fitting.some(({ sha256 }) => sha256 === found) ? 'older' : 'altered';
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return 'missing';
    const code = codeOf(error);
    return isFileError(code) ? 'altered' : { unreadable: code };
  }
}

const reportFolder = /^(reports\/([^/]+))\//;

/**
 * Compares import reports, and checkpoints signed by witnesses, with their log entries. A missing report of a completed import is a warning, because reports
 * may be deleted; a missing report of an unfinished import is not reported.
 */
export function* checkEnteredFiles({ dir }: { readonly dir: string }, entered: LoggedFiles, depth: 'bytes' | 'sizes'): Generator<Verdict> {
  const gone = new Set<string>();
  for (const [path, known] of entered) {
    const [, report, job = ''] = reportFolder.exec(path) ?? [];
    if (report !== undefined && isAbsent(join(dir, report))) {
      if (!gone.has(report) && isAbsent(join(dir, 'jobs', job)))
        yield { ...errorVerdict('missing', 'V128', report, 'does not exist: the log names this report of an import'), severity: 'warning' };
      gone.add(report);
      continue;
    }
    const state = enteredState(join(dir, path), known, depth);
    if (state === 'well') continue;
    const code = report === undefined ? 'L239' : 'V127';
    if (state === 'missing') yield errorVerdict('missing', code, path, 'is missing, although the log names it');
    else if (state === 'older') yield errorVerdict('rolled-back', code, path, 'matches a state before its last entry in the log');
    else if (state === 'altered') yield errorVerdict('corrupt', code, path, 'differs from its entry in the log');
    else yield errorVerdict('unreachable', code, path, `cannot be read: ${state.unreadable}`);
  }
}

function isAbsent(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) === undefined;
}
