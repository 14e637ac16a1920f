import { expect, test } from 'vitest';
import { type Role, strengthOf, strengths } from '../../../../importers/mapping/propose/header-roles.ts';
import { readHeading } from '../../../../importers/mapping/propose/header-words.ts';

const says: Readonly<Record<string, readonly string[]>> = {
  start: [
    'Start Time',
    'dtCallStart',
    'Gesprächsbeginn',
    'Starttid',
    'Heure de début',
    'Fecha de inicio',
    'Data rozpoczęcia',
    'Čas začátku hovoru',
    'Время начала',
    '通話開始日時',
  ],
  end: ['stop_time', 'Gesprächsende', 'Sluttid', 'Heure de fin', 'Data zakończenia', 'Hívás vége', 'Bitiş Saati', 'Время окончания', '结束时间'],
  duration: ['Duration (s)', 'Samtalslängd', 'Dauer', 'Durée', 'Czas trwania', 'Délka hovoru', 'Időtartam', 'Süre', 'Длительность', '通话时长'],
  caller: [
    'ANI',
    'caller_id_number',
    'A-nummer',
    'Anrufernummer',
    'Appelant',
    'Numer dzwoniącego',
    'Volající',
    'Hívó szám',
    'Arayan',
    'Номер вызывающего',
    '主叫号码',
  ],
  callee: ['DNIS', 'B-nummer', 'Appelé', 'Numer docelowy', 'Volaný', 'Hívott szám', 'Aranan', 'Номер вызываемого', '被叫号码'],
  agent: ['Agent Name', 'Handläggare', 'Mitarbeiter', 'Conseiller', 'Konsultant', 'Ügyintéző', 'Müşteri Temsilcisi', 'Оператор', '担当者'],
  direction: ['Direction', 'Riktning', 'Rufrichtung', 'Sens', 'Kierunek', 'Směr', 'Irány', 'Yön', 'Направление', '方向'],
  key: ['Call ID', 'recordingId', 'SamtalsID', 'Gesprächs-ID', 'Identyfikator rozmowy', 'ID hovoru', 'Azonosító', '流水号'],
};

test('headings in many languages identify their columns', () => {
  // The keys of the record above are roles.
  const weak = Object.entries(says).flatMap(([role, names]) =>
    names.filter((name) => strengthOf(role as Role, readHeading(name)) < strengths.says - 0.5).map((name) => `${role}: ${name}`),
  );
  expect(weak).toEqual([]);
});

test.each([
  ['start', ['Ring Time', 'Hold Start', 'freq', 'masterContactId', 'Contact ID', 'Caller Number', 'Date of birth', 'Updated At']],
  ['duration', ['Ring Duration', 'Wait Time', 'Agent Hold Duration']],
  ['key', ['Agent ID', 'Caller ID', 'Customer ID', 'Nr.', 'masterContactId', 'Channel ID']],
  ['caller', ['Call Type', 'Called Number', 'Source IP', 'From Time']],
] as const)('other headings do not identify %s', (role, names) => {
  expect(names.filter((name) => strengthOf(role, readHeading(name)) >= strengths.likely)).toEqual([]);
});
