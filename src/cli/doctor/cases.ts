import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { caseFolder, caseIdPattern, casesFolder } from '../../archive/documents/case-json.ts';
import { readStoredCase } from '../../archive/documents/stored-case.ts';
import type { Archive } from '../../archive/layout.ts';
import { LongplayError } from '../../core/base/error.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { counted } from '../../core/words/quantity.ts';
import type { CaseCheck } from '../../verify/checks/case-check.ts';
import type { EnvironmentCheck } from './environment-check.ts';

/**
 * Checks the cases: whether each case that the log names exists in its newest state and can be read, and whether a deleted one is back. Needs no keyring.
 * Returns null if the archive has no cases and the log names none that is missing.
 * @param check the check, which has processed the log
 * @param whole false: entries of the log are damaged or lost
 */
export async function checkCases(check: CaseCheck, archive: Archive, whole: boolean, signal: AbortSignal): Promise<EnvironmentCheck | null> {
  const folder = join(archive.dir, casesFolder);
  const ids = existsSync(folder) ? readdirSync(folder).filter((name) => caseIdPattern.test(name)) : [];
  const findings: Finding[] = [];
  for (const id of ids.sort(byCodePoint)) {
    if (check.isDeleted(id)) continue;
    try {
      readStoredCase(caseFolder(archive.dir, id));
    } catch (error) {
      if (!(error instanceof LongplayError)) throw error;
      findings.push(finding(error.code, `${casesFolder}/${id}`, error.message));
    }
  }
  const unread = new Set(findings.map(({ place }) => place));
  for await (const { code, path, message } of check.look(archive, whole, signal))
    if (![...unread].some((place) => path.startsWith(place))) findings.push(finding(code, path, message));
  if (ids.length + findings.length === 0) return null;
  return {
    name: 'cases',
    said: `${counted(ids.length, 'case')}; ${findings.length === 0 ? 'each is in the state that the log names' : counted(findings.length, 'finding')}`,
    findings,
    facts: { cases: ids.length, findings: findings.length },
  };
}
