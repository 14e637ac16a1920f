import { describe, expect, test } from 'vitest';
import { createBearers } from '../../../src/core/identity/bearers.ts';
import { judgeParty } from '../../../src/core/identity/judge-party.ts';
import { personOf } from '../../../src/core/identity/person.ts';
import type { Party } from '../../../src/core/model/recording.ts';
import { parsePhone } from '../../../src/tables/values/phone.ts';

type Said = { readonly number?: string; readonly name?: string; readonly id?: string; readonly device?: string };

function partyOf({ number, name = '', id = '', device = '' }: Said): Party {
  const text = (value: string): string | null => (value === '' ? null : value);
  return { role: 'unknown', phone: number === undefined ? null : parsePhone(number), name: text(name), agentId: text(id), device: text(device) };
}

const judge = (asked: readonly string[], said: Said, country: string | null = '46'): string | null =>
  judgeParty(personOf(asked, country), partyOf(said), null)?.sureness ?? null;

const asa = ['+46701740605', 'Åsa Öberg'];

describe('within one party', () => {
  test.each<[readonly string[], Said, 'certain' | 'uncertain' | null]>([
    // Equal identifiers are evidence for.
    [asa, { number: '070-174 06 05', name: 'ÖBERG, Asa' }, 'certain'],
    [asa, { number: '070-174 06 05' }, 'certain'],
    [asa, { name: 'Åsa Öberg' }, 'certain'],
    [['agent-7'], { id: 'Agent-7' }, 'certain'],
    [['asa@bank.example'], { number: 'sip:asa@bank.example' }, 'certain'],
    // A different identifier of a given kind is evidence against.
    [asa, { number: '+46701740999', name: 'Åsa Öberg' }, 'uncertain'],
    [asa, { number: '+46701740605', name: 'Bo Ek' }, 'uncertain'],
    [['agent-7', 'Dealer One'], { id: 'agent-8', name: 'Dealer One' }, 'uncertain'],
    [['agent-7', 'Dealer One'], { id: 'agent-7', name: 'Karin Lind' }, 'uncertain'],
    [['asa@bank.example', 'Åsa Öberg'], { number: 'sip:bo@bank.example', name: 'Åsa Öberg' }, 'uncertain'],
    [asa, { number: '+4670174xxxx', name: 'Åsa Öberg' }, 'certain'],
    [asa, { number: '+4477009xxxxx', name: 'Åsa Öberg' }, 'uncertain'],
    [asa, { number: '4,47701E+11', name: 'Åsa Öberg' }, 'uncertain'],
    // A kind that was not given is no evidence.
    [['+46701740605'], { number: '+46701740605', name: 'Bo Ek', id: 'agent-3' }, 'certain'],
    [['Åsa Öberg'], { number: '+46701740999', name: 'Åsa Öberg', id: 'agent-3' }, 'certain'],
    [asa, { number: '+46701740605', id: 'agent-3' }, 'certain'],
    // Neither are values that are not a personal number or a name.
    [asa, { number: '1001', name: 'Åsa Öberg' }, 'certain'],
    [asa, { number: '+46701740605', name: '+46701740605' }, 'certain'],
    [asa, { number: '+46701740605', name: '—' }, 'certain'],
    [asa, { number: '#####', name: 'Åsa Öberg' }, 'certain'],
    // Initials and missing or additional words are not another name, and not a proof.
    [asa, { number: '+46701740605', name: 'Å. Öberg' }, 'certain'],
    [asa, { number: '+46701740605', name: 'Åsa' }, 'certain'],
    [asa, { number: '+46701740605', name: 'Dr Åsa Maria Öberg' }, 'certain'],
    [asa, { name: 'Öberg Å' }, 'uncertain'],
    // A digit is not an initial: agent-1 differs from agent-12.
    [['agent-12', 'Åsa Öberg'], { id: 'agent-1', name: 'Åsa Öberg' }, 'uncertain'],
    [['agent-12'], { id: 'agent-1' }, null],
    // A letter of a name with an apostrophe is not an initial of another name, and two apostrophes may both be missing.
    [asa, { number: '+46701740605', name: "Åsa O'Brien" }, 'uncertain'],
    [["Sa'id O'Brien"], { name: 'SAID OBRIEN' }, 'uncertain'],
    [asa, { name: 'Åsa Maria Öberg' }, 'uncertain'],
    [['Åsa Maria Öberg'], { name: 'Åsa Öberg' }, 'uncertain'],
    [asa, { name: 'Åsa' }, null],
    [asa, { name: 'Åsa Lind' }, null],
    [['Bo Ek'], { name: 'Bo Ekström' }, null],
    // Several of one kind: each is evidence for, e.g. a name before and after a wedding.
    [[...asa, 'Åsa Lind'], { number: '+46701740605', name: 'Åsa Lind' }, 'certain'],
    [[...asa, '+46701740606', '+46701740607'], { number: '0701740607', name: 'Åsa Öberg' }, 'certain'],
    [[...asa, 'agent-7', 'u1734'], { id: 'u1734', name: 'Åsa Öberg' }, 'certain'],
    // In any spelling.
    [["Pat O'Brien"], { name: 'O\u2019Brien, Pat' }, 'certain'],
    [['Pat D`Angelo'], { name: 'pat d\u00b4angelo' }, 'certain'],
    [['Наталья Королёва'], { name: 'КОРОЛЕВА Наталья' }, 'certain'],
    [['Ελένη Παπαδοπούλου'], { name: 'ΠΑΠΑΔΟΠΟΥΛΟΥ ΕΛΕΝΗ' }, 'certain'],
    [['Bo Ekström'], { name: 'Ekst\u00adröm, Bo' }, 'certain'],
    [['Jürgen Groß'], { name: 'JÜRGEN GROẞ' }, 'certain'],
    // Transcribed letters: possibly the same.
    [['Jürgen Groß'], { name: 'Juergen Gross' }, 'uncertain'],
    [['Juergen Gross'], { name: 'GROSS, Jürgen' }, 'uncertain'],
    [['Jürgen Groß'], { name: 'Jürgen Gross' }, 'uncertain'],
    [['Åse Sørbø'], { name: 'Aase Soerboe' }, 'uncertain'],
    [['Åse Sørbø'], { id: 'aase soerboe' }, 'uncertain'],
    [['Kjær'], { name: 'Kjaer' }, 'uncertain'],
    [["O'Brien"], { name: 'OBrien' }, 'uncertain'],
    [['OBrien'], { name: "O'Brien" }, 'uncertain'],
    // Nor another name beside the number.
    [['+46701740605', 'Jürgen Groß'], { number: '+46701740605', name: 'Juergen Gross' }, 'certain'],
    [['Joel Lind'], { name: 'Joe Lind' }, null],
    // A short number alone does not show who had it at the time.
    [['1001'], { number: '1001' }, 'uncertain'],
    [['1001'], { id: '1001' }, 'uncertain'],
    [['1001', 'Dealer One'], { number: '1001' }, 'uncertain'],
    [['1001', 'Dealer One'], { number: '1001', name: 'Dealer One' }, 'certain'],
    [['1001', 'Dealer One'], { number: '1001', name: 'Karin Lind' }, 'uncertain'],
    [['1001'], { device: 'SIP/1001-0002' }, 'uncertain'],
    [['100'], { device: 'SIP/1001-0002' }, null],
    [['1001'], { name: 'Desk 1001' }, null],
    // Numbers in the fields of names and ids.
    [['+46701740605'], { name: '070-174 06 05' }, 'uncertain'],
    [['+46701740605'], { id: '0701740605' }, 'uncertain'],
    [['="0701740605"'], { number: '+46 70 174 06 05' }, 'certain'],
    [['agent-7'], { name: 'agent', number: '7' }, null],
  ])('asked for %j, found %j: %s', (asked, said, expected) => {
    expect(judge(asked, said)).toBe(expected);
  });

  test('a contradiction names both fields, and no value of them', () => {
    const judged = judgeParty(personOf(asa, '46'), partyOf({ number: '+46701740999', name: 'Åsa Öberg' }), null);
    expect(judged).toMatchObject({ field: 'name', against: ['number'] });
    expect(judged?.why).toBe('the same name; but the number of the same party matches none of the given values');
  });

  test.each([
    // A number of another country than the assumed one, written in its national form.
    ['+447700900123', '0770090 0123', '46', 'uncertain'],
    ['+447700900123', '0770090 0123', '44', 'certain'],
    ['+447700900123', '0770090 0123', null, 'uncertain'],
    ['+447700900123', '0770090 0124', '46', null],
    ['+4520123456', '20123456', '46', 'uncertain'],
  ])('%s written as %s, with %s as the assumed country: %s', (asked, number, country, expected) => {
    expect(judge([asked], { number }, country)).toBe(expected);
  });

  test('a match that only fits without the assumed country says so, and keeps a name beside it from being certain', () => {
    const judged = judgeParty(personOf(['+447700900123', 'Pat Doe'], '46'), partyOf({ number: '07700900123', name: 'Pat Doe' }), null);
    expect(judged?.sureness).toBe('uncertain');
    expect(judged?.why).toContain('read as a number of +46, the assumed country, it is a different number');
  });

  test('a decision takes precedence over all evidence, for that party in that recording only', () => {
    const decided = (recordingId: string, field: string | null) => (recordingId !== 'r1' ? null : field === 'parties[0]' ? 'is' : 'is-not');
    const person = { ...personOf(asa, '46'), decided } as const;
    const other = partyOf({ number: '+46701740999' });
    const at = { site: 'pbx', span: null };
    expect(judgeParty(person, other, { ...at, recordingId: 'r1', field: 'parties[0]' })).toMatchObject({ sureness: 'certain', field: 'decision' });
    expect(judgeParty(person, partyOf({ number: asa[0] ?? '' }), { ...at, recordingId: 'r1', field: 'parties[1]' })).toBe(null);
    expect(judgeParty(person, other, { ...at, recordingId: 'r2', field: 'parties[0]' })).toBe(null);
  });
});

describe('a name alone', () => {
  const alone = (asked: readonly string[], ...others: readonly Said[]): string | null => {
    const bearers = createBearers(personOf(asked, '46'));
    for (const said of others) bearers.look(partyOf(said));
    return judgeParty(bearers.person(), partyOf({ name: 'Åsa Öberg' }), null)?.sureness ?? null;
  };

  test('is certain if the archive has one owner of it, however often and in any spelling', () => {
    const once: readonly Said[] = [
      { name: 'Öberg, Åsa', number: '070-174 06 05' },
      { name: 'Åsa Öberg', number: '+46701740605' },
      { name: 'Åsa Öberg' },
    ];
    expect([alone(asa, ...once), alone(['Åsa Öberg'], ...once)]).toEqual(['certain', 'certain']);
    // Two kinds of identifiers, and a party that joins them.
    const joined: readonly Said[] = [...once, { name: 'Åsa Öberg', id: 'agent-7' }, { name: 'Åsa Öberg', id: 'agent-7', number: '+46701740605' }];
    expect(alone(['Åsa Öberg'], ...joined)).toBe('certain');
    expect(alone(['Åsa Öberg'], { name: 'Åsa Öberg', number: '1001' }, { name: 'Åsa Öberg', number: '1005' })).toBe('certain');
  });

  test('is not certain if the archive has two owners, by numbers, ids or addresses', () => {
    for (const other of [{ number: '+46701740999' }, { id: 'agent-8' }, { number: 'sip:asa2@bank.example' }]) {
      const said = { name: 'Åsa Öberg', ...other };
      expect([alone(asa, said), alone(['Åsa Öberg'], said, { name: 'Åsa Öberg', number: '+46701740605' })]).toEqual(['uncertain', 'uncertain']);
    }
    // A person whose name some system may write like this one.
    expect(alone(asa, { name: 'Aasa Oeberg', number: '+46701740999' })).toBe('uncertain');
    expect(alone([...asa, '+46701740999'], { name: 'Åsa Öberg', number: '+46701740999' })).toBe('certain');
  });
});
