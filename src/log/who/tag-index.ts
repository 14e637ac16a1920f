import { setImmediate as turn } from 'node:timers/promises';
import { byCodePoint } from '../../core/base/order.ts';
import type { UnknownDetails } from '../../core/page/data.ts';
import { beginningsOf, holdsBeginnings } from '../../core/search/match-terms.ts';
import { foldedText, foldedWords } from '../../core/words/fold-text.ts';
import { bundleOf, createDetailsReader, detailsState } from './entry-details.ts';
import { knownDetails } from './known-details.ts';
import type { KnownNotes, LoggedNote } from './notes.ts';

/** A reviewer's tag that was not withdrawn. */
export interface ActiveTag {
  /** Text of the tag; null: `unknown` says why. */
  readonly text: string | null;
  /** Why the text is not known; null: it is. */
  readonly unknown: UnknownDetails['why'] | null;
  readonly recording: string;
}

/** A tag with the ids of its recordings, without duplicates. */
export interface TagGroup {
  /** Text of the tag; null: the group of the tags whose texts are not known for one reason. */
  readonly text: string | null;
  /** That reason; null: the text is known. */
  readonly unknown: UnknownDetails['why'] | null;
  readonly recordings: readonly string[];
}

/**
 * Finds recordings by reviewers' tags. The texts are only in the details, and each answer uses the current ones, so that erased tags find nothing.
 */
export interface TagIndex {
  /** Returns tags that were not withdrawn, in the order of their bundles. */
  all(signal: AbortSignal): Promise<readonly ActiveTag[]>;
  /** Returns the ids of recordings with a tag that contains all of these words or beginnings of words, without duplicates. */
  recordingsWith(words: string, signal: AbortSignal): Promise<readonly string[]>;
}

/** Texts of the tags in a bundle, by tag id. */
interface BundleTexts {
  /** State of the details file when it was read. */
  readonly state: string;
  /** Number of the last entry whose text was read. */
  readonly upTo: number;
  readonly texts: ReadonlyMap<string, string>;
  /** Why other texts are not known, by tag id. */
  readonly unknown: ReadonlyMap<string, UnknownDetails['why']>;
}

/**
 * Creates an index that keeps texts in memory while their file is unchanged. After a change, e.g. by an erasure, it reads the file again.
 * @param dir folder of the archive
 * @param notes returns the notes in the log
 */
export function createTagIndex(dir: string, notes: () => KnownNotes | Promise<KnownNotes>): TagIndex {
  const read = new Map<number, BundleTexts>();
  /** Returns the texts of the tags in a bundle. Equal texts are shared, because many recordings have few tags. */
  const textsOf = async (bundle: number, tags: readonly LoggedNote[], known: Map<string, string>): Promise<BundleTexts> => {
    const state = detailsState(dir, bundle);
    const upTo = tags.at(-1)?.added.seq ?? 0;
    const before = read.get(bundle);
    if (before !== undefined && before.state === state && before.upTo >= upTo) return before;
    await turn();
    const beside = createDetailsReader(dir);
    const texts = new Map<string, string>();
    const reasons = new Map<string, UnknownDetails['why']>();
    for (const { note, added } of tags) {
      const { details, unknown } = await knownDetails(added, beside);
      const text = details?.text;
      if (typeof text !== 'string') {
        reasons.set(note, unknown?.why ?? 'none');
        continue;
      }
      const same = known.get(text) ?? text;
      known.set(same, same);
      texts.set(note, same);
    }
    return { state, upTo, texts, unknown: reasons };
  };
  const look = async (signal: AbortSignal): Promise<readonly ActiveTag[]> => {
    const bundles = new Map<number, LoggedNote[]>();
    for (const one of (await notes()).all()) {
      if (one.kind !== 'tag' || one.withdrawn !== null) continue;
      const bundle = bundleOf(one.added.seq);
      const some = bundles.get(bundle);
      if (some === undefined) bundles.set(bundle, [one]);
      else some.push(one);
    }
    for (const bundle of read.keys()) if (!bundles.has(bundle)) read.delete(bundle);
    const known = new Map<string, string>();
    for (const { texts } of read.values()) for (const text of texts.values()) known.set(text, text);
    const held: ActiveTag[] = [];
    for (const [bundle, tags] of bundles) {
      signal.throwIfAborted();
      const found = await textsOf(bundle, tags, known);
      read.set(bundle, found);
      for (const { note, recording, added } of tags) {
        const text = added.erasedBy !== null ? null : (found.texts.get(note) ?? null);
        const unknown = text !== null ? null : added.erasedBy !== null ? 'erased' : (found.unknown.get(note) ?? 'lost');
        held.push({ text, unknown, recording });
      }
    }
    return held;
  };
  /** Queries run one after the other: two simultaneous queries would read the same files. */
  let last: Promise<unknown> = Promise.resolve();
  const all: TagIndex['all'] = (signal) => {
    const mine = last.then(() => look(signal));
    last = mine.catch(() => undefined);
    return mine;
  };
  return {
    all,
    recordingsWith: async (words, signal) => {
      const asked = beginningsOf(words);
      if (asked.length === 0) return [];
      const fits = new Map<string, boolean>();
      const found = new Set<string>();
      for (const { text, recording } of await all(signal)) {
        if (text === null) continue;
        let fit = fits.get(text);
        if (fit === undefined) {
          fit = holdsBeginnings(foldedWords(text), asked);
          fits.set(text, fit);
        }
        if (fit) found.add(recording);
      }
      return [...found];
    },
  };
}

/** Returns true for two spellings of one tag, ignoring case and marks. */
export function isSameTag(one: string, other: string): boolean {
  return foldedText(one) === foldedText(other);
}

/** Groups tags with their recordings, under the first spelling of each tag; the most frequent first, tags of unknown texts last. */
export function groupTags(tags: Iterable<ActiveTag>): readonly TagGroup[] {
  const found = new Map<string, Pick<TagGroup, 'text' | 'unknown'> & { readonly recordings: Set<string> }>();
  for (const { text, unknown, recording } of tags) {
    const key = text === null ? `unknown ${unknown}` : `text ${foldedText(text)}`;
    const before = found.get(key);
    if (before === undefined) found.set(key, { text, unknown, recordings: new Set([recording]) });
    else before.recordings.add(recording);
  }
  const groups = [...found.values()].map(({ text, unknown, recordings }) => ({ text, unknown, recordings: [...recordings] }));
  return groups.sort(
    (a, b) =>
      Number(a.text === null) - Number(b.text === null) || b.recordings.length - a.recordings.length || byCodePoint(a.text ?? '', b.text ?? ''),
  );
}
