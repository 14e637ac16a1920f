import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBearers } from '../../../src/core/identity/bearers.ts';
import { judgeParty, type PartyPlace } from '../../../src/core/identity/judge-party.ts';
import { expandPerson, type People, type RegisteredPerson, type RegisteredValue } from '../../../src/core/identity/people.ts';
import { type Person, personAt, personOf } from '../../../src/core/identity/person.ts';
import type { Party } from '../../../src/core/recording.ts';
import { parsePhone } from '../../../src/tables/phone.ts';

// An estate of persons whose truth is kept apart: each party of a call carries who it was, which the rule never sees. Names of five languages, some of two persons, some of one
// person before and after a wedding; up to three numbers; two countries; extensions that go from hand to hand; calls without a number, without a name, and of strangers.

const given = ['Åsa', 'Jürgen', 'Łukasz', 'Ελένη', 'Наталья', 'Sean'];
const family = ['Öberg', 'Groß', 'Żółć', 'Παπαδοπούλου', 'Королёва', "O'Brien"];
const day = 86_400_000;
const sites = { stockholm: '46', london: '44' } as const;
type Site = keyof typeof sites;

interface Someone {
  readonly who: number;
  readonly site: Site;
  readonly names: readonly string[];
  readonly numbers: readonly string[];
  /** A number that somebody else has as well; null: none. */
  readonly desk: string | null;
  readonly id: string | null;
}

interface Call {
  readonly who: number;
  readonly party: Party;
  readonly place: PartyPlace;
}

interface Estate {
  readonly people: readonly Someone[];
  /** Who had which extension: days from the first. */
  readonly held: readonly { readonly who: number; readonly extension: string; readonly from: number; readonly to: number }[];
  readonly calls: readonly Call[];
}

/** Numbers that a seed gives one after the other (mulberry32), so that an estate that fails can be made again. */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const pick = <Item>(items: readonly Item[], at: number): Item => items[at % items.length] as Item; // never empty here

function written(number: string, site: Site, style: number): string {
  const [country, trunk] = [sites[site], '0'];
  const isHome = number.startsWith(`+${country}`);
  const national = `${trunk}${number.slice(3)}`;
  const spaced = `${national.slice(0, 3)}-${national.slice(3, 6)} ${national.slice(6)}`;
  return isHome
    ? pick([number, national, spaced, `00${number.slice(1)}`, `sip:${number}@pbx.example`], style)
    : pick([number, `00${number.slice(1)}`], style);
}

function nameWritten(name: string, style: number): string {
  const [first = '', last = ''] = name.split(' ');
  return pick([name, `${last}, ${first}`, name.toUpperCase(), `${last} ${first}`, name.normalize('NFD')], style);
}

function estateOf(seed: number): Estate {
  const next = chance(seed);
  const people: Someone[] = [];
  for (let who = 0; who < 14; who++) {
    const site: Site = next(2) === 0 ? 'stockholm' : 'london';
    // Few names for many persons: namesakes in nearly every estate.
    const name = `${pick(given, next(4))} ${pick(family, next(4))}`;
    const numbers = Array.from(
      { length: next(4) },
      (_, at) => `+${sites[site]}70${site === 'london' ? '0900' : '1740'}${String(who * 10 + at).padStart(3, '0')}`,
    );
    // Whoever is known by a name alone cannot be told from a namesake by anybody.
    const id = next(2) === 0 || numbers.length === 0 ? `agent-${who}` : null;
    people.push({ who, site, names: next(4) === 0 ? [name, `${name.split(' ')[0]} ${pick(family, 5)}`] : [name], numbers, desk: null, id });
  }
  // Two at one desk, where their names tell them apart.
  for (let who = 0; who < 14; who += 2) {
    const [one, other] = [pick(people, who), pick(people, who + 1)];
    if (one.names.some((name) => other.names.includes(name))) continue;
    people[who] = { ...one, desk: `+4685000${who + 1000}` };
    people[who + 1] = { ...other, desk: `+4685000${who + 1000}` };
  }
  const held = Array.from({ length: 4 }, (_, line) => {
    const change = 5 + next(10);
    const [one, other] = [next(14), next(14)];
    const extension = String(1001 + line);
    return one === other
      ? [{ who: one, extension, from: 0, to: 30 }]
      : [
          { who: one, extension, from: 0, to: change },
          { who: other, extension, from: change, to: 30 },
        ];
  }).flat();
  const calls: Call[] = [];
  // Each name of each stands once beside what tells them from others.
  for (const { who, site, names, numbers, id } of people)
    for (const name of names)
      calls.push({
        who,
        party: {
          role: 'unknown',
          phone: numbers[0] === undefined ? null : parsePhone(numbers[0]),
          name,
          agentId: numbers[0] === undefined ? id : null,
          device: null,
        },
        place: { recordingId: `${who} ${name}`, field: 'parties[0]', site, span: { earliestMs: 0, latestMs: 0 } },
      });
  for (let at = 0; at < 120; at++) {
    const someone = pick(people, next(14));
    const site: Site = next(3) === 0 ? (someone.site === 'london' ? 'stockholm' : 'london') : someone.site;
    const moment = next(30 * 24) * 3_600_000;
    const line = held.find(({ who, from, to }) => who === someone.who && moment >= from * day && moment < to * day);
    const kind = next(6);
    const number = someone.numbers.length > 0 && kind !== 4 ? written(pick(someone.numbers, next(3)), site, next(5)) : null;
    const isDesk = kind === 3 && someone.desk !== null;
    const phone = isDesk ? someone.desk : kind === 5 && line !== undefined ? line.extension : number;
    const name = next(3) === 0 && !isDesk ? null : nameWritten(pick(someone.names, next(2)), next(5));
    const party: Party = {
      role: 'unknown',
      phone: phone === null ? null : parsePhone(phone),
      name,
      agentId: next(3) === 0 && !isDesk ? someone.id : null,
      device: null,
    };
    calls.push({
      who: someone.who,
      party,
      place: { recordingId: String(at), field: 'parties[0]', site, span: { earliestMs: moment, latestMs: moment + 60_000 } },
    });
  }
  return { people, held, calls };
}

function registerOf({ people, held }: Estate): People {
  const value = (kind: RegisteredValue['kind'], text: string, place: string): RegisteredValue => ({ kind, text, period: null, site: null, place });
  const persons = people.map(
    ({ who, names, numbers, desk, id }): RegisteredPerson => ({
      key: `p${who}`,
      values: [
        ...names.map((text, at) => value('name', text, `names ${at}`)),
        ...numbers.map((text, at) => value('number', text, `numbers ${at}`)),
        ...(desk === null ? [] : [value('number', desk, 'numbers 4')]),
        ...(id === null ? [] : [value('id', id, 'ids 1')]),
        ...held
          .filter((one) => one.who === who)
          .map(({ extension, from, to }, at) => ({
            ...value('extension', extension, `extensions ${at}`),
            period: { fromMs: from * day, toMs: to * day },
          })),
      ],
    }),
  );
  return { countries: sites, persons, lines: [] };
}

/** Everybody's calls by the rule, beside the truth. */
function judged({ calls }: Estate, asked: Person): { readonly certain: Call[]; readonly perhaps: Call[]; readonly none: Call[] } {
  const bearers = createBearers(asked);
  for (const { party } of calls) bearers.look(party);
  const person = bearers.person();
  const found = { certain: [] as Call[], perhaps: [] as Call[], none: [] as Call[] };
  for (const call of calls) {
    const judgement = judgeParty(personAt(person, call.place.site), call.party, call.place);
    found[judgement === null ? 'none' : judgement.sureness === 'certain' ? 'certain' : 'perhaps'].push(call);
  }
  return found;
}

const says = ({ party }: Call): string => JSON.stringify([party.phone?.raw, party.name, party.agentId]);
/** A call that names nobody at all is nobody's to any rule. */
const isNamed = ({ party }: Call): boolean => party.phone !== null || party.name !== null || party.agentId !== null;

test('of all estates nobody else is certain, and no call of the person is lost, by a register and by all that is known of somebody typed', () => {
  let certain = 0;
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => {
      const estate = estateOf(seed);
      const people = registerOf(estate);
      for (const [at, { who, names, numbers: own, desk, id }] of estate.people.entries()) {
        if (at % 3 !== 0) continue;
        const numbers = desk === null ? own : [...own, desk];
        const entry = people.persons[at];
        if (entry === undefined) throw new Error('the register has no such person');
        const { values, countries } = expandPerson(people, entry);
        const extensions = estate.held.filter((one) => one.who === who).map(({ extension }) => extension);
        for (const [how, person] of [
          ['register', personOf(values, '46', countries)],
          ['typed', personOf([...names, ...numbers, ...(id === null ? [] : [id]), ...extensions], '46', sites)],
          // One country for all sites: what it hides is perhaps.
          ['one country', personOf([...names, ...numbers, ...(id === null ? [] : [id]), ...extensions], '46')],
        ] as const) {
          const found = judged(estate, person);
          const wrong = found.certain.filter((call) => call.who !== who).map(says);
          const lost = found.none.filter((call) => call.who === who && isNamed(call)).map(says);
          expect({ seed, who, how, wrong, lost }).toEqual({ seed, who, how, wrong: [], lost: [] });
          certain += found.certain.length;
        }
      }
    }),
    { numRuns: 3 },
  );
  // A rule that is certain of nothing is wrong of nothing.
  expect(certain).toBeGreaterThan(100);
});
