import { accessSync, constants, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { type Archive, openArchive } from '../../archive/layout.ts';
import { LongplayError, systemCode, systemText } from '../../core/base/error.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { LogEntry } from '../../log/entries/log-entry.ts';
import { createKnownErasures } from '../../log/erasure/known-erasures.ts';
import { createLossRegister } from '../../log/erasure/lost-pages.ts';
import { knownPlaces, rememberedKeyring, rememberKeyring } from '../../log/keys/known-places.ts';
import { createPageCollector, type NamedPages } from '../../log/needed-pages.ts';
import { loggedEntries } from '../../log/read/read-log.ts';
import type { KeyringCopyFacts, KeyringFacts, LostSecrets } from '../../report/statement/keyring.ts';
import { absentPages, noteLostPages } from '../../sealing/keyring/lost-pages.ts';
import { nobody } from '../../sealing/keyring/own-root.ts';
import { openSession } from '../../sealing/keyring/session.ts';
import type { CopyStatus, KeyringStatus } from '../../sealing/keyring/status.ts';
import { type WatchedKeyring, watchKeyring } from '../../sealing/keyring/watch.ts';
import { type CopiesBehind, findCopiesBehind, joinBehind, noneBehind, withCopiesBehind } from './copies-behind.ts';
import { isUnreadable } from './read-account.ts';

/** Where the keyring of an archive may be. */
export interface KeyringPlaces {
  /** Folder of this machine's keys and memory. */
  readonly keys: string;
  /** Folder of the keyring. */
  readonly keyring: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Returns the current ISO time. */
  readonly now: () => string;
}

/** State of the keyring of an archive, and what is lost with its pages. */
type WatchedSecrets = WatchedKeyring & {
  /** What two persons acknowledged as lost for good, and no verification has found since; absent: nothing. */
  readonly secretsLost?: LostSecrets;
};

/** Returns what a statement and the metrics say about a keyring. @param watched null: the archive is open */
export function keyringFactsOf(watched: WatchedSecrets | null): KeyringFacts | undefined {
  if (watched === null) return undefined;
  const findings = watched.findings.map(({ code }) => code);
  const lost = watched.secretsLost === undefined ? {} : { secretsLost: watched.secretsLost };
  if (watched.status === null) return { keyring: null, findings, ...lost };
  const { id, pages, erasures, copies, recovery, drillDays, epochDays, silentDays } = watched.status;
  return {
    keyring: {
      id,
      pages,
      erasures,
      copies: copies.map(({ copy, facts, contact, drill }) => ({ copy, state: facts === null ? null : stateOf(facts), contact, drill })),
      recovery: recovery === null ? null : { epoch: recovery.epoch, madeAt: recovery.madeAt, shares: recovery.shares, needed: recovery.needed },
      drillDays,
      epochDays,
      silentDays,
    },
    findings,
    ...lost,
  };
}

function stateOf({ kind, root, pages, lacking, owed }: NonNullable<CopyStatus['facts']>): NonNullable<KeyringCopyFacts['state']> {
  return { kind, root, pages, lacking, owed };
}

/** What can be known of the keyring of an archive without opening it. */
export interface CheckedKeyring extends WatchedSecrets {
  /** Copies of which an older state was restored, according to the log. The findings name them. */
  readonly behind: CopiesBehind;
}

/** A check of the keyring of an archive. */
export interface KeyringCheck {
  /** Processes each entry of the log, in order. */
  take(entry: LogEntry): void;
  /** Checks the keyring, and reads its pages. @returns null: the archive is open and has none */
  look(archive: Pick<Archive, 'dir' | 'id' | 'page'>, signal: AbortSignal): Promise<CheckedKeyring | null>;
  /** Returns the copies of which an older state was restored, according to the log. Reads no page. */
  behind(archive: Pick<Archive, 'dir' | 'id' | 'page'>, signal: AbortSignal): Promise<CopiesBehind>;
  /** Remembers where the keyring of the archive is, so that its loss is noticed. */
  remember(archive: Pick<Archive, 'dir' | 'id' | 'page'>, watched: WatchedSecrets | null): Promise<void>;
}

/**
 * Creates the check. The keyring is that of LONGPLAY_KEYRING, otherwise the default one, otherwise the one that this machine has seen with the
 * archive. If there is no keyring, a machine that has never seen it reports K130; a machine that has, or whose environment names it, reports K100.
 * A keyring of the user of a key agent, which this user may not read, is K224; K220 if no agent listens.
 * A copy in an older state than the log records is K128, whatever the keyring itself remembers: all its copies may have been restored together.
 */
export function createKeyringCheck({ keys, keyring, env, now }: KeyringPlaces): KeyringCheck {
  const pages = createPageCollector();
  const losses = createLossRegister();
  const erasures = createKnownErasures(null);
  // What is acknowledged counts as lost until a verification has found it.
  const withLost = (watched: CheckedKeyring, lost: ReturnType<typeof losses.acknowledged>, needed: NamedPages['needed']): CheckedKeyring => {
    if (lost.size === 0) return watched;
    const bags = [...needed].filter(([page, { recordings }]) => recordings > 0 && lost.has(page)).map(([, one]) => one);
    const since = [...lost.values()].map(({ at }) => at).sort();
    const recordings = bags.reduce((sum, one) => sum + one.recordings, 0);
    return { ...watched, secretsLost: { pages: lost.size, bags: bags.length, recordings, acknowledgedAt: since.at(-1) ?? '' } };
  };
  const check = async (
    { dir, id, page }: Pick<Archive, 'dir' | 'id' | 'page'>,
    readsPages: boolean,
    signal: AbortSignal,
  ): Promise<CheckedKeyring | null> => {
    if (page === null) return null;
    const { needed, unneeded } = pages.pages({ dir });
    const acknowledged = new Map([...losses.acknowledged(id)].filter(([one]) => !unneeded.has(one)));
    const demanded = {
      archive: page,
      others: new Map([...needed].map(([one, { of }]) => [one, of === 'bag'])),
      acknowledged: new Set(acknowledged.keys()),
      unneeded,
      readsPages,
    };
    const isNamed = (env.LONGPLAY_KEYRING ?? '') !== '';
    const seen = isNamed ? null : await rememberedKeyring(keys, dir, id);
    let missing: LongplayError | null = null;
    for (const folder of new Set([keyring, seen ?? keyring])) {
      try {
        const watched = await watchKeyring(folder, demanded, now(), signal);
        const behind = watched.status === null ? noneBehind : findCopiesBehind(watched.status, page, erasures, signal);
        const ofAgent = watched.status === null ? agentFinding(env, folder) : null;
        if (ofAgent !== null) return withLost({ status: null, findings: [ofAgent], behind: noneBehind }, acknowledged, needed);
        const checked = watched.status === null ? watched : { ...watched, ...withCopiesBehind(watched.status, watched.findings, behind) };
        return withLost({ ...checked, behind }, acknowledged, needed);
      } catch (error) {
        if (!(error instanceof LongplayError)) throw error;
        missing = error;
      }
    }
    const found = isNamed || seen !== null ? finding('K100', seen ?? keyring, missing?.message ?? '') : finding('K130', keyring, 'is no keyring');
    return withLost({ status: null, findings: [found], behind: noneBehind }, acknowledged, needed);
  };
  return {
    take: (entry) => {
      losses.take(entry);
      erasures.take(entry);
      pages.take(entry);
    },
    look: (archive, signal) => check(archive, true, signal),
    behind: async (archive, signal) => (await check(archive, false, signal))?.behind ?? noneBehind,
    remember: async ({ dir, id }, watched) => {
      const folder = watched?.status?.folder;
      if (folder !== undefined && watched?.findings.every(({ code }) => code !== 'K201') === true) await rememberKeyring(keys, dir, id, folder);
    },
  };
}

/**
 * Returns the finding about a keyring that this user may not read because it belongs to the user of the key agent whose socket LONGPLAY_KEY_AGENT names: K224, or
 * K220 if no agent listens there. Null: that is not so.
 */
function agentFinding({ LONGPLAY_KEY_AGENT: socket = '' }: KeyringPlaces['env'], folder: string): Finding | null {
  if (socket === '' || process.getuid === undefined || !isDenied(join(folder, 'keyring.json'))) return null;
  try {
    if (lstatSync(socket).uid === process.getuid()) return null;
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return finding('K220', socket, `cannot be reached: ${systemText(error)}; no key agent listens there, and this user may not read the keyring`);
  }
  return finding('K224', folder, 'is not checked by this user: it belongs to the user of the key agent, who has to watch it');
}

function isDenied(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return false;
  } catch (error) {
    return ['EACCES', 'EPERM'].includes(systemCode(error) ?? '');
  }
}

/**
 * Compares the copies of a keyring with the logs of the sealed archives that this machine has seen: the keyring itself does not show it if all its copies were
 * restored together. Leaves out archives that cannot be read now.
 */
export async function copiesBehindLogs(keys: string, keyring: Pick<KeyringStatus, 'folder' | 'id'>, signal: AbortSignal): Promise<CopiesBehind> {
  const all = new Map<string, CopiesBehind>();
  for (const { id, path } of await knownPlaces(keys)) {
    if (all.has(id)) continue;
    try {
      const archive = await openArchive(path, 'any-stage');
      if (archive.page === null || archive.id !== id) continue;
      const known = createKnownErasures(null);
      for await (const entry of loggedEntries(archive, keys, signal)) known.take(entry);
      all.set(id, findCopiesBehind(keyring, archive.page, known, signal));
    } catch (error) {
      if (!isUnreadable(error)) throw error;
    }
  }
  return joinBehind([...all.values()]);
}

/**
 * Notes in the keyring of a sealed archive which lost pages nothing needs any more, e.g. those of a deleted case, so that no copy is reported to lack them. Opens no
 * root. Does nothing if the keyring cannot be reached or written: the next verification with --play notes them.
 */
export async function noteUnneededPages(
  { dir, id, page }: Pick<Archive, 'dir' | 'id' | 'page'>,
  places: KeyringPlaces,
  signal: AbortSignal,
): Promise<void> {
  if (page === null) return;
  const { keys, keyring, env, now } = places;
  const pages = createPageCollector();
  for await (const entry of loggedEntries({ dir, id }, keys, signal)) pages.take(entry);
  const seen = (env.LONGPLAY_KEYRING ?? '') === '' ? await rememberedKeyring(keys, dir, id) : null;
  for (const folder of new Set([keyring, seen ?? keyring])) {
    try {
      const session = openSession({ folder, access: nobody, signal, now });
      return await noteLostPages(session, absentPages(session, pages.pages({ dir }).unneeded));
    } catch (error) {
      if (!(error instanceof LongplayError)) throw error;
    }
  }
}
