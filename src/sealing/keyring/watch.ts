import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { type CheckedPages, checkPages, damageFindings, nothingChecked, type PagesToCheck } from './check-pages.ts';
import { apartFindings } from './copies-apart.ts';
import { nobody, rootFindings } from './own-root.ts';
import { awayBecause, type KeyringSession, openSession } from './session.ts';
import { type KeyringStatus, keyringFindings, keyringStatus } from './status.ts';

/** The pages of a keyring that an archive needs. */
export interface NeededPages {
  /** Page with the archive's own secrets. */
  readonly archive: string;
  /** Pages of the archive's bags, reports and cases; true: a page of a bag, which may be large and of which an archive may have very many. */
  readonly others: ReadonlyMap<string, boolean>;
  /** Pages whose loss two persons acknowledged. */
  readonly acknowledged: ReadonlySet<string>;
  /** Pages that nothing needs any more. */
  readonly unneeded: ReadonlySet<string>;
  /** False: no page is read, only whether each is there. */
  readonly readsPages: boolean;
}

/** What can be known of a keyring without opening it. */
export interface WatchedKeyring {
  /** Null: nothing of the keyring can be read. */
  readonly status: KeyringStatus | null;
  readonly findings: readonly Finding[];
  /** What was found in the pages that the archive needs; absent: none was read. */
  readonly pages?: CheckedPages;
}

/**
 * Checks whether a keyring has the pages that an archive needs, and whether an operator must act. Reads the state of the keyring and its copies, opens the
 * roots that open without a person (kept in a file or by a program), and reads the pages. Writes nothing.
 * @param now ISO time
 * @throws LongplayError K100: there is no keyring in the folder
 */
export async function watchKeyring(folder: string, needed: NeededPages, now: string, signal: AbortSignal): Promise<WatchedKeyring> {
  let status: KeyringStatus | null = null;
  try {
    const session = openSession({ folder, access: nobody, signal, now: () => now });
    const roots = await rootFindings(session, true);
    status = keyringStatus(session, needed.unneeded);
    const pages = needed.readsPages ? await checkPages(session, toCheck(needed, now), (again) => rootFindings(again, true)) : nothingChecked;
    const findings = [
      ...keyringFindings(status, now),
      ...apartFindings(session),
      ...lackingFindings(session, needed, pages),
      ...damageFindings(session, pages),
      ...roots,
    ];
    for (const domain of session.domains) domain.close();
    return { status, findings, ...(needed.readsPages ? { pages } : {}) };
  } catch (error) {
    if (!(error instanceof LongplayError) || error.code === 'K100') throw error;
    return { status, findings: [finding(error.code, folder, error.message)] };
  }
}

/** Pages of bags may be large and very many, so they are read in turn. */
function toCheck({ archive, others, acknowledged }: NeededPages, now: string): PagesToCheck {
  const of = (wanted: boolean): string[] => [...others].filter(([, isOfBag]) => isOfBag === wanted).map(([page]) => page);
  return { always: [archive, ...acknowledged, ...of(false)], inTurn: of(true), now };
}

/**
 * Compares the pages of all reachable copies with those that an archive needs. A page that none of them has, or has undamaged, is lost, unless a copy that is
 * away has it. An acknowledged loss is a warning.
 */
function lackingFindings(
  { domains, folder }: KeyringSession,
  { archive, others, acknowledged }: NeededPages,
  checked: CheckedPages,
): readonly Finding[] {
  const reachable = domains.filter((domain) => awayBecause(domain) === null);
  if (reachable.length === 0) return [];
  const having = reachable.map((domain) => ({ keys: domain.keys(), absent: domain.absent() }));
  const isStored = (page: string): boolean => having.some(({ keys, absent }) => keys.has(page) && !absent.has(page));
  const isThere = (page: string): boolean => isStored(page) && !checked.lost.has(page);
  if (!isStored(archive)) return [finding('K201', folder, 'the archive is sealed, and this keyring does not have its secrets')];
  const findings: Finding[] = [];
  if (!isThere(archive)) findings.push(finding('K131', folder, 'every reachable copy of the page with the secrets of the archive itself is damaged'));
  const lacking = [...others.keys()].filter((page) => !acknowledged.has(page) && !isThere(page)).length;
  if (lacking > 0)
    findings.push(
      finding(
        'K131',
        folder,
        agree`no reachable copy of the keyring has ${lacking} page[s] of ${others.size} that the archive needs, or opens [it|them]`,
      ),
    );
  const again = [...acknowledged].filter(isThere).length;
  const lost = acknowledged.size - again;
  if (lost > 0)
    findings.push(
      finding('K132', folder, agree`no copy of the keyring has ${lost} page[s] whose loss was acknowledged: what was sealed with [it|them] is lost`),
    );
  if (again > 0)
    findings.push(
      finding(
        'K133',
        folder,
        agree`the keyring has ${again} page[s] again whose loss was acknowledged; a verification with --play ends the acknowledgement`,
      ),
    );
  return findings;
}
