import { agree } from '../../core/base/agree.ts';
import type { LongplayError } from '../../core/base/error.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { shellWord } from '../../core/words/shell-word.ts';
import type { Recovery } from './description.ts';
import { gonePages, lackedPages } from './lacked-pages.ts';
import { erasedKey } from './ledger.ts';
import { readMemory } from './memory.ts';
import { type RecoveryState, recoveryFindings, recoveryState } from './recovery-file.ts';
import type { RootKind } from './root.ts';
import { awayBecause, type KeyringSession, openQuietly } from './session.ts';

/** State of one copy. */
export interface CopyStatus {
  readonly copy: string;
  readonly path: string;
  /** Why the copy cannot be reached; null: it can be. */
  readonly away: LongplayError | null;
  /** Facts of a copy that can be reached. */
  readonly facts: {
    readonly kind: RootKind['kind'];
    readonly root: number;
    readonly rotatedAt: string;
    readonly pages: number;
    /** Number of pages whose file the copy lacks, and of other copies' pages that it does not know or has in an older generation; without pages that nobody misses. */
    readonly lacking: number;
    /** Number of erased cells that its pages may still hold. */
    readonly owed: number;
    /** Number of earlier roots that are still to be destroyed. */
    readonly retired: number;
    /** State of its file for the recovery; null: no recovery was made. */
    readonly recovery: RecoveryState | null;
  } | null;
  /** ISO times; null: never. */
  readonly contact: string | null;
  readonly drill: string | null;
  /** Number of the root at the last contact. A lower number now means that an older state was restored. */
  readonly knownRoot: number;
}

/** State of a keyring. */
export interface KeyringStatus {
  readonly id: string;
  readonly folder: string;
  readonly madeAt: string;
  readonly copies: readonly CopyStatus[];
  readonly pages: number;
  /** Number of erasures in the lists of all copies together. */
  readonly erasures: number;
  readonly recovery: Recovery | null;
  readonly drillDays: number;
  readonly epochDays: number;
  readonly silentDays: number;
}

/**
 * Reads the state of a keyring and of its copies. No root is needed; those that are in files are opened, so that more can be compared.
 * @param unneeded pages that nothing needs any more, besides those that the keyring's description names
 * @throws LongplayError K100, K103
 */
export function keyringStatus(session: KeyringSession, unneeded: Iterable<string> = []): KeyringStatus {
  const { description, domains, folder } = session;
  const memory = readMemory(folder);
  openQuietly(session);
  const reachable = domains.filter((domain) => awayBecause(domain) === null);
  const gone = gonePages({ lost: [...(description.lost ?? []), ...unneeded] }, reachable);
  const pages = new Set(reachable.flatMap((domain) => [...domain.keys().keys()]));
  const erased = new Set(reachable.flatMap((domain) => domain.erased().map(erasedKey)));
  const copies: CopyStatus[] = [];
  for (const domain of domains) {
    const { contact = null, drill = null, root: knownRoot = 0 } = memory.get(domain.name) ?? {};
    const common = { copy: domain.name, path: domain.folder, contact, drill, knownRoot };
    const away = awayBecause(domain);
    if (away !== null) {
      copies.push({ ...common, away, facts: null });
      continue;
    }
    const { kind, root, rotatedAt, erasures, retired } = domain.describe();
    const facts = {
      kind: kind.kind,
      root,
      rotatedAt,
      pages: domain.keys().size - domain.absent().size,
      lacking: [...lackedPages(domain, reachable)].filter((page) => !gone.has(page)).length,
      owed: Math.max(0, erased.size - Math.min(erasures, domain.erased().length)),
      retired: retired.length,
      recovery: recoveryState(domain, description.recovery),
    };
    copies.push({ ...common, away, facts });
  }
  const { id, madeAt, recovery, drillDays, epochDays, silentDays } = description;
  return { id, folder, madeAt, copies, pages: pages.size, erasures: erased.size, recovery, drillDays, epochDays, silentDays };
}

/** Returns the days since an ISO time, or since the keyring was created if the time is null. */
function daysSince(time: string | null, { madeAt }: KeyringStatus, now: string): number {
  return Math.floor((Date.parse(now) - Date.parse(time ?? madeAt)) / 86_400_000);
}

/** Returns what an operator must know or do about a keyring. No finding means that anything is unreadable. @param now ISO time */
export function keyringFindings(status: KeyringStatus, now: string): readonly Finding[] {
  const findings: Finding[] = status.copies.flatMap((copy) => copyFindings(status, copy, now));
  const here = shellWord(status.folder);
  if (status.copies.length < 2)
    findings.push(finding('K126', here, 'the keyring has 1 copy: if it is lost, everything that was sealed with it is unreadable'));
  const { recovery, epochDays } = status;
  if (recovery === null) findings.push(finding('K127', here, 'no recovery was made: if the roots of all copies are lost, nothing opens them'));
  else {
    const days = daysSince(recovery.madeAt, status, now);
    if (days > epochDays)
      findings.push(finding('K125', here, agree`epoch ${recovery.epoch} of the recovery began ${days} day[s] ago, more than ${epochDays}`));
  }
  return findings;
}

/** Returns true if the shares may open a copy: one that is away, or one whose file for the recovery is not known to be damaged. */
function isRecoverable({ copies }: KeyringStatus): boolean {
  return copies.some(({ facts }) => facts === null || facts.recovery === 'whole' || facts.recovery === 'closed');
}

function copyFindings(status: KeyringStatus, copy: CopyStatus, now: string): readonly Finding[] {
  const { silentDays, drillDays } = status;
  const { away, facts, path, copy: name } = copy;
  const findings: Finding[] = [];
  if (away !== null) {
    const days = daysSince(copy.contact, status, now);
    const code = days > silentDays ? 'K121' : 'K120';
    const since = copy.contact === null ? 'it has not been reached since the keyring was made' : agree`it was last reached ${days} day[s] ago`;
    findings.push(finding(code, path, `copy ${name} cannot be reached (${since}): ${away.message}`));
  }
  const undrilled = daysSince(copy.drill, status, now);
  if (undrilled > drillDays) {
    const last = copy.drill === null ? 'no drill has opened it yet' : agree`its last drill was ${undrilled} day[s] ago`;
    findings.push(finding('K124', path, agree`a drill of copy ${name} is overdue: ${last}, and one is due every ${drillDays} day[s]`));
  }
  if (facts === null) return findings;
  if (facts.lacking > 0) findings.push(finding('K122', path, agree`copy ${name} lacks ${facts.lacking} page[s] of ${status.pages}`));
  if (facts.owed > 0 || facts.retired > 0)
    findings.push(
      finding('K123', path, agree`copy ${name} still has to make ${facts.owed} erasure[s] and to destroy ${facts.retired} earlier root[s]`),
    );
  if (facts.root < copy.knownRoot)
    findings.push(finding('K128', path, `copy ${name} has root ${facts.root}, and had root ${copy.knownRoot}: an older state of it was restored`));
  return [...findings, ...recoveryFindings({ name, folder: path }, status.recovery?.epoch ?? 0, facts.recovery, !isRecoverable(status))];
}
