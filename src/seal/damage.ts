import { join } from 'node:path';
import { addedAmong } from '../archive/bag/added-digests.ts';
import { checkBag, longplayBagRules } from '../archive/bag/check.ts';
import { manifestsAmong } from '../archive/bag/manifests.ts';
import { topNames } from '../archive/bag/top.ts';
import type { BagFolder } from '../archive/bag-folders.ts';
import { fileSha256 } from '../archive/documents/case-draft.ts';
import { caseFileName, casesFolder, pendingCaseName } from '../archive/documents/case-json.ts';
import { isViewerPath, viewerFolder, viewerListName } from '../archive/documents/viewer-list.ts';
import type { Hasher } from '../archive/files/file-batch.ts';
import type { Archive } from '../archive/layout.ts';
import { type Finding, finding } from '../core/findings/finding.ts';
import type { Verdict } from '../core/model/verdict.ts';
import { UnsoundBag } from '../erasure/execute/rewrite-bag.ts';
import type { LogEntry } from '../log/entries/log-entry.ts';
import type { CaseHistory } from '../log/read/case-digests.ts';
import { createDetailsCheck } from '../log/who/check-details.ts';
import { bundleOfDetails } from '../log/who/entry-details.ts';
import { filesBelow } from '../replicas/place/around.ts';
import { checkCases, digestVerdict } from '../verify/checks/cases.ts';

// Sealing writes everything again and removes what was in clear. Where a verification finds a fault, sealing would hide it, or delete a file that nobody looked at.

/**
 * Checks that a bag has no fault: neither in its payload nor in its tag files, and no file that its manifests do not list. Compares the payload by SHA-256
 * alone, because `sealBag` digests what it encrypts by both algorithms of SHA-2, and by all algorithms if a rehash has added one.
 * @throws UnsoundBag with the first fault
 */
export async function requireSoundBag({ path, folder }: BagFolder, hash: Hasher, signal: AbortSignal): Promise<void> {
  const there = topNames(path);
  const manifests = typeof there === 'string' ? [] : manifestsAmong(there, 'payload');
  const digests = addedAmong(manifests.map(({ algorithm }) => algorithm)).length > 0 ? 'all' : 'sha256';
  for await (const verdict of checkBag(path, { place: folder, rules: longplayBagRules, digests, hash }, signal))
    if (verdict?.severity === 'error') throw new UnsoundBag(faultText(verdict));
}

/** Returns K219 for each case in clear with faults, by its id. Ignores sealed files that a stopped run left in a case. */
export function damagedCases(archive: { readonly dir: string }): ReadonlyMap<string, Finding> {
  const damaged = new Map<string, Finding>();
  for (const verdict of checkCases(archive)) {
    const { path, code, severity } = verdict;
    const [, id = '', below = ''] = new RegExp(`^${casesFolder}/([^/]+)(?:/(.*))?$`).exec(path) ?? [];
    const isLeftover = code === 'C124' && /^(?:(?:messages|comparisons)\/\d+\/file-\d+\.age|case-[0-9a-f]{32}\.json\.age)$/.test(below);
    if (severity !== 'error' || isLeftover || damaged.has(id)) continue;
    damaged.set(id, finding('K219', `${casesFolder}/${id}`, `was not sealed: ${faultText(verdict)}`));
  }
  return damaged;
}

/**
 * Returns K219 if the case.json of a case in clear is not the state of its last change in the log: sealing an older state would lose what was added since, and
 * bring back what was erased since. Returns null for a case that the log does not name while its archive is being sealed: early versions logged no changes.
 * @param id of the case @param history of the case in the log; undefined: none
 */
export function outdatedCase(
  { dir, isBeingSealed }: Pick<Archive, 'dir' | 'isBeingSealed'>,
  id: string,
  history: CaseHistory = { digests: [], deleted: false },
): Finding | null {
  const { digests, deleted } = history;
  const folder = `${casesFolder}/${id}`;
  const path = `${folder}/${caseFileName}`;
  const notSealed = (why: string): Finding => finding('K219', folder, `was not sealed: ${why}`);
  if (deleted) return notSealed('C129: the log records that it was deleted; remove the folder, then run again');
  const last = digests.at(-1);
  const found = fileSha256(join(dir, path));
  // A stopped run may have entered a change that is still to take its place.
  if (found === null || (last === undefined ? isBeingSealed : [found, fileSha256(join(dir, folder, pendingCaseName))].includes(last))) return null;
  const fault = faultText(digestVerdict(path, found, history, true, {}));
  return notSealed(fault.includes('longplay replica repair') ? fault : `${fault}; restore the case with: longplay replica repair ARCHIVE`);
}

/** Returns K219 for each file of private details that was altered or cannot be read, by the number of its bundle. */
export async function damagedDetails(dir: string, entries: () => AsyncIterable<LogEntry>): Promise<ReadonlyMap<number, Finding>> {
  const check = createDetailsCheck(dir);
  for await (const entry of entries()) await check.take(entry);
  return new Map(
    check.findings().flatMap(({ code, place, message }): [number, Finding][] => {
      const bundle = code === 'L124' || code === 'L126' ? bundleOfDetails(place) : null;
      return bundle === null ? [] : [[bundle, finding('K219', place, `was not sealed: ${code} ${message}`)]];
    }),
  );
}

/** Returns K219 if the folder of the viewer has a file that no viewer has: the folder would be removed with it. */
export function strangeInViewer(dir: string): Finding | null {
  const strange = filesBelow(dir, viewerFolder).find((path) => {
    const below = path.slice(viewerFolder.length + 1);
    return below !== viewerListName && !isViewerPath(below);
  });
  return strange === undefined ? null : finding('K219', strange, 'is no file of the viewer, which sealing removes: move it away, then run again');
}

function faultText({ code, path, message }: Verdict): string {
  return `${code} ${path}: ${message}`;
}
