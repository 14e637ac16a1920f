import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { likeText } from '../../src/cases/person/person.ts';
import { personOf } from '../../src/core/identity/person.ts';
import { foldedWords } from '../../src/core/words/fold-text.ts';
import { alikeWords } from '../../src/core/words/transcription.ts';
import { matchingRows, rowFor, termsOfPage } from '../../src/page/viewer/rows.ts';
import { hitPlaces } from '../../src/pipeline/export/hit-places.ts';
import { type Catalog, openCatalog } from '../../src/store/catalog/catalog.ts';
import { catalogEntry } from '../../src/store/catalog/catalog-entry.ts';
import { termsOf } from '../../src/store/catalog/catalog-query.ts';
import { callRowOf, queryOfPage } from '../../src/store/catalog/page-rows.ts';
import { parsePhone } from '../../src/tables/values/phone.ts';
import { createShardBuilder } from '../../src/viewer/files/shard.ts';
import { plainDocument } from '../archive/plain-document.ts';

let folder: string;
let catalog: Catalog;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'longplay-rule-'));
  catalog = openCatalog(join(folder, 'catalog.sqlite'));
});
afterAll(() => {
  catalog.close();
  rmSync(folder, { recursive: true });
});

/** Words that people and recorders spell differently, several of each kind so that some match. */
const written = fc.constantFrom(
  ...[
    'Åsa',
    'asa',
    'ÅSA',
    'A\u030asa',
    'Öberg',
    'oberg',
    'Öbergsson',
    'Straße',
    'STRASSE',
    'strasse',
    'Groß',
    'Müller',
    'Mueller',
    'Muell',
    'Åse',
    'Aase',
    'OBrien',
    'ſtraße',
    'ẞ',
  ],
  ...[
    'İstanbul',
    'ISTANBUL',
    'ıstanbul',
    'istanbul',
    'Iğdır',
    'IGDIR',
    '商事',
    '商事部',
    'ガス',
    'ｶﾞｽ',
    'か゛す',
    '한국',
    '한국어',
    'ＡＢＣ商事',
    'abc',
    'ＡＢＣ',
  ],
  ...['ﬁnance', 'finance', 'oﬃce', 'OFFICE', 'ΟΔΟΣ', 'οδός', 'Наталья', 'НАТАЛЬЯ', 'Łódź', 'lodz', "O'Brien", 'O’Brien', 'brien', 'Søren', 'soren'],
  ...[
    '０７０１７４０６０５',
    '0701740605',
    '070-174 06 05',
    '+46701740605',
    '٠٧٠١٧٤٠٦٠٥',
    '+46 (0)70-174 06 05',
    '46701740605',
    '1740605',
    '1001',
    '１００１',
    '10010',
  ],
  ...['rec0701740605x.wav', 'a/2019-03-12/x_0701740605.wav', 'm²', 'm2', '½', '①', '\ue000x', '-', '=i46701740605', '"', '\u0301', 'x'],
);
const strange = fc.string({ unit: 'binary', minLength: 1, maxLength: 6 });
const value = fc.array(fc.oneof({ weight: 5, arbitrary: written }, strange), { minLength: 1, maxLength: 3 }).map((words) => words.join(' '));
/** A search text: part of an existing text, cut or spelled differently, or something else. */
const asked = fc
  .tuple(fc.array(fc.oneof({ weight: 6, arbitrary: written }, strange), { minLength: 1, maxLength: 2 }), fc.nat(3), fc.nat(6))
  .map(([words, how, cut]) => {
    const text = words.join(' ');
    if (how === 1) return text.toUpperCase().normalize('NFD');
    if (how === 2) return text.slice(0, Math.max(1, text.length - cut)).normalize('NFKC');
    return how === 3 ? `"${text}"` : text;
  });

const made = fc.record({ caller: fc.option(value), agent: value, agentId: fc.option(value), tag: value, file: value });
type Made = typeof made extends fc.Arbitrary<infer Value> ? Value : never;

function documentOf({ caller, agent, agentId, tag }: Made, index: number): ReturnType<typeof plainDocument> {
  return plainDocument(index, {
    parties: [
      ...(caller === null ? [] : [{ role: 'caller', phone: parsePhone(caller), name: null, agentId: null, device: null } as const]),
      { role: 'agent', phone: null, name: agent, agentId, device: null },
    ],
    tags: [{ name: 'Anlaß', value: tag }],
  });
}

test('catalog, search and pages give the same answers to the same query, for any data and any query', () => {
  let answers = 0;
  fc.assert(
    fc.property(fc.array(made, { minLength: 1, maxLength: 8 }), fc.array(asked, { minLength: 1, maxLength: 8 }), (all, questions) => {
      const documents = all.map(documentOf);
      catalog.putBag(
        'made/one',
        documents.map((one) => catalogEntry(one)),
      );
      const builder = createShardBuilder();
      for (const found of catalog.search({})) builder.add(found, 'details');
      const shard = builder.build();
      for (const text of questions) {
        for (const question of [{ text }, { agent: text }, { tag: text }, { text, agent: text.slice(0, 2) }].filter((each) =>
          Object.values(each).every((one) => one.trim() !== ''),
        )) {
          const { terms } = termsOf({ text: question.text ?? '', begins: true });
          // The catalog as `serve` queries it: the page's query, and rows with the certainty of a number.
          const byCatalog = [...catalog.search(queryOfPage(question))]
            .map((found) => callRowOf(found, terms))
            .map(({ id, number = 'certain' }) => `${id} ${number}`);
          const byPage = [...matchingRows(shard, question)]
            .map((row) => rowFor(shard, row, termsOfPage(question) ?? []))
            .map(({ id, number = 'certain' }) => `${id} ${number}`);
          expect([question, byPage]).toEqual([question, byCatalog]);
          // One page of it, which the catalog finds by reading rows and not by its index.
          expect([...catalog.search({ ...queryOfPage(question), limit: 3 })].map(({ recordingId }) => recordingId)).toEqual(
            byPage.slice(0, 3).map((line) => line.slice(0, 36)),
          );
        }
        // Whole words of `search` are among the prefixes of pages, and each match has a place.
        const { terms } = termsOf({ text });
        const whole = [...catalog.search({ text })].map(({ recordingId }) => recordingId);
        const begun = [...matchingRows(shard, { text })].map((row) => rowFor(shard, row, []).id);
        expect([text, whole.filter((id) => !begun.includes(id))]).toEqual([text, []]);
        const starred = [...catalog.search({ text, begins: true })].map(({ recordingId }) => recordingId);
        expect([text, starred]).toEqual([text, begun]);
        answers += whole.length;
        // A phrase may span two values, and then has no single place.
        if (terms.length > 0 && terms.every(({ words }) => !words.includes(' ')))
          for (const id of whole)
            expect([text, hitPlaces(documents[Number(id.slice(-6))] ?? plainDocument(0, {}), terms, null)]).not.toEqual([text, []]);
      }
    }),
    { numRuns: 250 },
  );
  // Checks that the rule selects something.
  expect(answers).toBeGreaterThan(100);
});

test('search finds a word in a text of a message exactly if a case finds it', () => {
  let both = 0;
  const word = fc.oneof({ weight: 8, arbitrary: written }, strange).filter((text) => {
    const words = foldedWords(text).split(' ');
    // Cases search for names: shorter ones and numbers have rules of their own.
    return words.length === 1 && words.every((each) => each.length >= 3 && /\p{L}/u.test(each)) && !/[@\d]/.test(foldedWords(text));
  });
  fc.assert(
    fc.property(word, value, (name, text) => {
      const document = plainDocument(1, { tags: [{ name: 'text', value: text }] });
      catalog.putBag('made/one', [catalogEntry(document)]);
      const query = { text: `"${name.replaceAll('"', '')}"` };
      // Its key and its id have words, too.
      const bySearch = catalog.count(query, 1) === 1 && hitPlaces(document, termsOf(query).terms, null).some(({ field }) => field === 'tag text');
      // Only search looks for runs of digits inside a word, because names contain none.
      const byCases = likeText(personOf([name], null), text) !== null;
      // Cases treat two spellings as equal in both directions; search has the index, and looks for the spellings of the query.
      const isAlike = ` ${alikeWords(text)} `.includes(` ${alikeWords(name)} `);
      expect([name, text, byCases]).toEqual([name, text, bySearch || isAlike]);
      both += bySearch ? 1 : 0;
    }),
    { numRuns: 1_500 },
  );
  expect(both).toBeGreaterThan(30);
});
