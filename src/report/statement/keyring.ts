import { agree } from '../../core/base/agree.ts';
import { gauge, type MetricFamily } from '../../core/base/metric-text.ts';
import { findingTable } from '../../core/findings/finding-table.ts';
import { count, counted } from '../../core/words/quantity.ts';

/** State of one copy of a keyring. Names no path: a statement is handed out. */
export interface KeyringCopyFacts {
  readonly copy: string;
  /** State of the copy; null: it could not be reached. */
  readonly state: {
    /** How its root is kept: `file`, `passphrase`, `age` or `command`. */
    readonly kind: string;
    readonly root: number;
    readonly pages: number;
    /** Number of pages that other copies have and this one lacks. */
    readonly lacking: number;
    /** Number of erasures that the copy has not followed. */
    readonly owed: number;
  } | null;
  /** ISO times; null: never. */
  readonly contact: string | null;
  readonly drill: string | null;
}

/** What was sealed with pages of the keyring that are lost for good, as two persons acknowledged. */
export interface LostSecrets {
  readonly pages: number;
  readonly bags: number;
  /** Number of recordings in these bags. */
  readonly recordings: number;
  /** ISO time of the last acknowledgement. */
  readonly acknowledgedAt: string;
}

/** State of the keyring of a sealed archive, as one machine can see it without a person. */
export interface KeyringFacts {
  /** Null: the machine has no keyring for the archive, or cannot read it. */
  readonly keyring: {
    readonly id: string;
    readonly pages: number;
    readonly erasures: number;
    readonly copies: readonly KeyringCopyFacts[];
    readonly recovery: { readonly epoch: number; readonly madeAt: string; readonly shares: number; readonly needed: number } | null;
    readonly drillDays: number;
    readonly epochDays: number;
    readonly silentDays: number;
  } | null;
  /** Finding codes of what an operator must know or do, in the order of discovery. */
  readonly findings: readonly string[];
  /** Absent: no loss was acknowledged, or everything was found again. */
  readonly secretsLost?: LostSecrets;
}

/** Finding codes of overdue work, which makes nothing unreadable. */
const overdueCodes = new Set(['K124', 'K125']);

/** Splits the errors of a keyring: `overdue` lists work that was not done in time, `trouble` everything else. */
export function keyringTroubles({ findings, secretsLost }: KeyringFacts): {
  readonly trouble: readonly string[];
  readonly overdue: readonly string[];
} {
  const errors = [...new Set(findings)].filter((code) => findingTable.get(code)?.severity === 'error');
  const said = (code: string): string => `The keyring: ${code} ${findingTable.get(code)?.title ?? ''}.`;
  return {
    trouble: [...errors.filter((code) => !overdueCodes.has(code)).map(said), ...(secretsLost === undefined ? [] : [lostText(secretsLost)])],
    overdue: errors.filter((code) => overdueCodes.has(code)).map(said),
  };
}

/** States what is lost for good. */
function lostText({ pages, bags, recordings, acknowledgedAt }: LostSecrets): string {
  const what = `${counted(recordings, 'recording')} in ${counted(bags, 'bag')}`;
  return agree`LOST for good: ${what}, because no copy of the keyring has ${pages} page[s] of secrets; acknowledged by two persons on ${acknowledgedAt.slice(0, 10)}.`;
}

/** Describes a keyring in sentences. */
export function keyringLines({ keyring, findings, secretsLost }: KeyringFacts): string[] {
  const lost = secretsLost === undefined ? [] : [lostText(secretsLost)];
  if (keyring === null) return ['The archive is sealed, and this machine could not read its keyring: nothing is known of the secrets.', ...lost];
  const { id, pages, erasures, copies, recovery, drillDays, epochDays } = keyring;
  const here = copies.filter(({ state }) => state !== null).length;
  return [
    agree`Keyring ${id}: ${copies.length} cop[y|ies], ${here} of them reachable; ${counted(pages, 'page')}, ${counted(erasures, 'erasure')}.`,
    ...copies.map(({ copy, state, contact, drill }) => {
      const facts =
        state === null
          ? `not reachable, last reached ${dayOr(contact)}`
          : `root ${state.root} (${state.kind}), ${counted(state.pages, 'page')}, ${count(state.lacking)} lacking, ${counted(state.owed, 'erasure')} owed`;
      return `${copy}: ${facts}; last drill ${dayOr(drill)}, due every ${drillDays} d.`;
    }),
    recovery === null
      ? 'No recovery was made.'
      : `Recovery: epoch ${recovery.epoch} of ${dayOr(recovery.madeAt)}, ${recovery.needed} of ${counted(recovery.shares, 'share')}; a new epoch is due every ${epochDays} d.`,
    ...lost,
    ...[...new Set(findings)].map((code) => `${code} ${findingTable.get(code)?.title ?? ''}.`),
  ];
}

function dayOr(time: string | null): string {
  return time === null ? 'never' : time.slice(0, 10);
}

/** Returns the metrics of a keyring. @param archive id of the archive */
export function keyringMetrics(archive: string, { keyring, findings, secretsLost }: KeyringFacts): MetricFamily[] {
  const one = (name: string, help: string, value: number): MetricFamily => gauge(name, help, [{ labels: { archive }, value }]);
  const errors = findings.filter((code) => findingTable.get(code)?.severity === 'error').length;
  const whole = [
    one(
      'longplay_keyring_readable',
      '1: the keyring of the sealed archive was read; 0: it was not, and its numbers are left out.',
      keyring === null ? 0 : 1,
    ),
    one('longplay_keyring_findings', 'Errors of the keyring of the sealed archive.', errors),
    one('longplay_keyring_lost_recordings', 'Recordings whose secrets are lost for good, as two persons acknowledged.', secretsLost?.recordings ?? 0),
  ];
  if (keyring === null) return whole;
  const { copies, recovery, drillDays, epochDays } = keyring;
  const each = (name: string, help: string, value: (copy: KeyringCopyFacts) => number | null): MetricFamily =>
    gauge(
      name,
      help,
      copies.flatMap((copy) => {
        const found = value(copy);
        return found === null ? [] : [{ labels: { archive, copy: copy.copy }, value: found }];
      }),
    );
  return [
    ...whole,
    one('longplay_keyring_drill_period_seconds', 'Period in which a drill of every copy is due.', drillDays * 86_400),
    one('longplay_keyring_epoch_period_seconds', 'Period in which a new epoch of the recovery is due.', epochDays * 86_400),
    one(
      'longplay_keyring_epoch_timestamp_seconds',
      'When the epoch of the recovery began; 0: there is no recovery.',
      secondsOf(recovery?.madeAt ?? null),
    ),
    each('longplay_keyring_copy_reachable', '1: the copy could be reached.', ({ state }) => (state === null ? 0 : 1)),
    each('longplay_keyring_copy_drill_timestamp_seconds', 'When a drill last opened the copy; 0: never.', ({ drill }) => secondsOf(drill)),
    each('longplay_keyring_copy_pages_lacking', 'Pages that other copies have and this one lacks.', ({ state }) => state?.lacking ?? null),
    each('longplay_keyring_copy_erasures_owed', 'Erasures that the copy has not followed.', ({ state }) => state?.owed ?? null),
  ];
}

function secondsOf(time: string | null): number {
  return time === null ? 0 : Date.parse(time) / 1_000;
}
