import { setImmediate as turn } from 'node:timers/promises';
import { judgeParty } from '../../core/identity/judge-party.ts';
import { foldedId, type Person, personAt } from '../../core/identity/person.ts';
import type { Party } from '../../core/model/recording.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import { tryRecording } from '../../pipeline/open/query.ts';
import { idsOf, nameWordsOf } from '../messages/party-marks.ts';
import { placeOf } from '../person/call-span.ts';
import { partiesOf } from '../person/find-person.ts';
import { readable, type SearchedArchive } from '../store/searched-archive.ts';
import { foldedPlaces, tokens, words } from './hidden-text.ts';
import { type ArchiveNames, createNameIndex } from './name-forms.ts';

/** Number of different words of names whose lookup is cached. */
const mostSeen = 200_000;
/** Number of recordings that are read before a server may answer other requests. */
const atOnce = 50;

/**
 * Searches all recordings of an archive for names that occur in the texts. Returns only the names whose words occur in the texts.
 * @param texts texts that will be masked
 */
export async function namesInTexts(searched: SearchedArchive, person: Person, texts: Iterable<string>, signal: AbortSignal): Promise<ArchiveNames> {
  const inTexts = createNameIndex();
  const idsInTexts = new Set<string>();
  for (const text of texts) {
    const { folded } = foldedPlaces(text);
    for (const [word] of folded.matchAll(words)) inTexts.add(word);
    for (const [token] of folded.matchAll(tokens))
      for (const part of [token, ...token.split(/\D+/)]) idsInTexts.add(foldedId(part.replace(/[._'\-/]+$/, '')));
  }
  idsInTexts.delete('');
  const found = createNameIndex();
  const ids = new Set<string>();
  let seen = new Set<string>();
  const look = (document: RecordingDocument, party: Party, field: string): void => {
    const named = nameWordsOf(party).filter((word) => !seen.has(word) && inTexts.near(word));
    const known = idsOf(party).filter((id) => idsInTexts.has(id) && !ids.has(id));
    for (const word of nameWordsOf(party)) if (!named.includes(word)) seen.add(word);
    if (seen.size > mostSeen) seen = new Set();
    if (named.length + known.length === 0 || judgeParty(personAt(person, document.site), party, placeOf(document, field))?.sureness === 'certain')
      return;
    for (const word of named) {
      found.add(word);
      seen.add(word);
    }
    for (const id of known) ids.add(id);
  };
  let read = 0;
  for await (const one of readable(searched, searched.catalog.search({}))) {
    if (read++ % atOnce === 0) await turn();
    signal.throwIfAborted();
    const shown = tryRecording(searched.archive.dir, one);
    if ('refused' in shown) continue;
    for (const { field, party } of partiesOf(shown.document)) look(shown.document, party, field);
  }
  return { words: found, ids };
}
