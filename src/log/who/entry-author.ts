import { randomBytes } from 'node:crypto';
import { agree } from '../../core/base/agree.ts';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { LongplayError } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { limits } from '../../core/base/limits.ts';
import type { SealingRecord } from '../../core/model/sealing.ts';
import type { Actor, PrivateDetail } from '../entries/actor.ts';
import type { LogDetail, NewEntry } from '../entries/log-entry.ts';
import { openPseudonyms, type Pseudonyms } from '../keys/pseudonym.ts';
import { appendDetailLines, bundleOf, claimedMember, digestMember, readDetailLines, whoMember } from './entry-details.ts';
import { createDetailsSealer } from './sealed-details.ts';

/** Stores erasable data beside entries. All personal data enter the log through this interface. */
export interface EntryAuthor {
  /**
   * Returns the details of entries for the log: with the pseudonym of the author and the digest of the erasable data, which are on disk when the
   * promise resolves. The caller holds the log's lock. In a sealed archive the erasable data are sealed; without the keyring, an entry whose only
   * erasable data are its author gets the pseudonym alone.
   * @param size number of log entries so far
   * @throws LongplayError K200, or an error of opening the keyring, if an entry of a sealed archive has further data
   */
  write(entries: readonly NewEntry[], size: number): Promise<readonly LogDetail[]>;
  /** Returns the keyed digest of a text, see `Pseudonyms`. */
  mark(text: string): Promise<string>;
  /** Forgets shared lines, because an erasure may have deleted them. */
  startAnew(): void;
}

/**
 * Creates the store for one archive.
 * @param archive its `sealing` follows the entries of the log
 * @param fallback returns the author of entries that name none; null: nobody
 */
export function createEntryAuthor(
  archive: { readonly dir: string; readonly id: string; readonly sealing: Pick<SealingRecord, 'stage' | 'page'> },
  keys: string,
  fallback: () => Actor | null,
): EntryAuthor {
  let opened: Promise<Pseudonyms> | null = null;
  const pseudonyms = (): Promise<Pseudonyms> => {
    opened ??= openPseudonyms(keys, archive.id).catch((error: unknown) => {
      // Forget the failure, so that the next entry tries again.
      opened = null;
      throw error;
    });
    return opened;
  };
  const sealer = createDetailsSealer(archive, async (bundle) => [...((await readDetailLines(archive.dir, bundle))?.values() ?? [])]);
  /** Digests of lines that only have an actor, in the last written bundle. */
  const shared = { bundle: -1, digests: new Map<string, string>() };
  return {
    write: async (entries, size) => {
      const lines = new Map<number, Uint8Array[]>();
      const written: LogDetail[] = [];
      try {
        for (const [at, { type, detail: given, of, actor = fallback(), details = {} }] of entries.entries()) {
          // Members that were copied from another entry would refer to that entry's details.
          const { [whoMember]: _who, [digestMember]: _digest, [claimedMember]: _claimed, ...plain } = given;
          const own = actor?.login === undefined ? plain : { ...plain, [claimedMember]: (await pseudonyms()).of(actor.login) };
          const detail = of === undefined ? own : { ...own, of: (await pseudonyms()).of(of) };
          const bundle = bundleOf(size + at + 1);
          const isPlain = Object.keys(details).length === 0;
          if (actor === null && isPlain) {
            written.push(detail);
            continue;
          }
          if (shared.bundle !== bundle) shared.digests.clear();
          shared.bundle = bundle;
          const key = canonicalJson(actor);
          let digest = isPlain ? shared.digests.get(key) : undefined;
          if (digest === undefined) {
            const login = actor?.login === undefined ? null : (await pseudonyms()).of(actor.login);
            const seq = size + at + 1;
            const line = await sealer.stored({ bundle, seq, plain: lineOf(type, actor, details), login, isNeeded: !isPlain });
            if (line === null) {
              written.push(actor === null ? detail : { ...detail, [whoMember]: (await pseudonyms()).of(actor.user) });
              continue;
            }
            digest = sha256Hex(line);
            lines.set(bundle, [...(lines.get(bundle) ?? []), line]);
            if (isPlain) shared.digests.set(key, digest);
          }
          const beside = { ...detail, [digestMember]: digest };
          written.push(actor === null ? beside : { ...beside, [whoMember]: (await pseudonyms()).of(actor.user) });
        }
        for (const [bundle, some] of lines) await appendDetailLines(archive.dir, bundle, some);
      } catch (error) {
        // Lines that are not on disk must not be shared.
        shared.digests.clear();
        throw error;
      }
      return written;
    },
    mark: async (text) => (await pseudonyms()).mark(text),
    startAnew: () => {
      shared.digests.clear();
      sealer.startAnew();
    },
  };
}

function lineOf(type: string, actor: Actor | null, details: PrivateDetail): Uint8Array {
  const line = Buffer.from(canonicalJson({ ...details, ...actor, salt: randomBytes(16).toString('hex') }), 'utf8');
  if (line.length > limits.logDetailBytes)
    throw new LongplayError(
      'incomplete',
      'A107',
      agree`the details of an entry ${type} have ${line.length} byte[s], more than ${limits.logDetailBytes}`,
      'report it',
    );
  return line;
}
