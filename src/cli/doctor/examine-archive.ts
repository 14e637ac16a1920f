import { type Archive, openArchive } from '../../archive/layout.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { findingTable } from '../../core/findings/finding-table.ts';
import { otherArchiveFinding } from '../../log/keys/known-places.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import { createKeyringCheck } from '../../pipeline/log/archive-keyring.ts';
import { createCaseCheck } from '../../verify/checks/case-check.ts';
import type { Surroundings } from '../machine/surroundings.ts';
import { checkCases } from './cases.ts';
import { checkClock } from './clock.ts';
import type { EnvironmentCheck } from './environment-check.ts';
import { checkFileSystem } from './file-system.ts';
import { checkKeyring } from './keyring.ts';
import { checkKeys } from './keys.ts';
import { logFacts } from './log-facts.ts';
import { checkMount, mountOf } from './mount.ts';
import { checkRights } from './rights.ts';
import { checkSpace } from './space.ts';
import { checkTimers } from './timers.ts';

/** Result of examining the environment of an archive. */
export interface Examined {
  readonly archive: Pick<Archive, 'dir' | 'id'>;
  readonly looks: readonly EnvironmentCheck[];
  /** Errors prevent a command; warnings need attention. */
  readonly errors: number;
  readonly warnings: number;
}

/**
 * Examines what an archive depends on: its keys, the keyring if it is sealed, its cases, permissions, space, mount, file system, clock and timers. Writes
 * nothing into the archive and remembers nothing about it.
 * @throws LongplayError as `openArchive`
 */
export async function* examineArchive(dir: string, context: Surroundings, signal: AbortSignal): AsyncGenerator<PipelineEvent, Examined> {
  const archive = await openArchive(dir, 'any-stage');
  const now = context.now();
  const here = { nowMs: Date.parse(now), env: context.env };
  const keyring = createKeyringCheck(context);
  const cases = createCaseCheck(null);
  const told = await logFacts(archive, now, signal, (entry) => {
    keyring.take(entry);
    cases.take(entry);
  });
  const log = typeof told === 'string' ? null : told;
  const unread: Finding[] = typeof told === 'string' ? [finding('P336', 'log', told)] : [];
  const mount = await mountOf(archive.dir);
  const steps: readonly (() => EnvironmentCheck | null | Promise<EnvironmentCheck | null>)[] = [
    () => checkKeys(context.keys, archive.id),
    () => checkKeyring(keyring, archive, context.env.LONGPLAY_KEY_AGENT, signal),
    // Without its log nothing is known about the cases.
    () => (log === null ? null : checkCases(cases, archive, log.isWhole, signal)),
    () => checkRights(archive.dir),
    () => checkSpace(archive, log, here.nowMs),
    () => checkMount(mount, archive.dir),
    () => checkFileSystem(archive.dir, mount),
    () => checkClock(archive, log, context.program, here),
    () => checkTimers(archive.dir, log, here),
  ];
  const looks: EnvironmentCheck[] = [];
  const other = await otherArchiveFinding(context.keys, archive.dir);
  if (other !== null) unread.push(other);
  for (const each of unread) yield findingEvent(each);
  const findings = [...unread];
  for (const step of steps) {
    signal.throwIfAborted();
    const look = await step();
    if (look === null) continue;
    looks.push(look);
    findings.push(...look.findings);
    for (const each of look.findings) yield findingEvent(each);
    yield { type: 'result', of: 'look', value: { name: look.name, ...look.facts } };
  }
  const of = (severity: string): number => findings.filter(({ code }) => findingTable.get(code)?.severity === severity).length;
  return { archive: { dir: archive.dir, id: archive.id }, looks, errors: of('error'), warnings: of('warning') };
}
