import { crc32 } from 'node:zlib';
import { tone } from './make-mapping-samples.ts';

/** A row of a COPY block of pg_dump. */
function copy(table: string, columns: string, rows: readonly (readonly (string | number | null)[])[]): string {
  const lines = rows.map((row) => row.map((cell) => (cell === null ? '\\N' : String(cell))).join('\t'));
  return `COPY callrec.${table} (${columns}) FROM stdin;\n${lines.map((line) => `${line}\n`).join('')}\\.\n\n`;
}

const couples =
  'id, callid, start_ts, stop_ts, length, cfcnt, cftypes, callingip, calledip, callingnr, originalcallednr, finalcallednr, callingpartyname, calledpartyname, cpltype, problemstatus, description, protected, sid, deleted, archived, b_location, direction';
const bits = (value: number): string => value.toString(2).padStart(32, '0');

/**
 * The sample export `samples/callrec`: a dump of the tables, with a call of two couples over the end of summer time, one couple whose audio was deleted, one whose audio is in a
 * present archive and one in an absent archive, one file that differs from its checksum; an archive with calls.xml; audio that no row names.
 */
export function callrecSample(): Map<string, Uint8Array> {
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  const [a, b, c, d] = [tone(440, 0.2), tone(550, 0.2), tone(660, 0.2), tone(770, 0.2)] as const;
  const root = '/opt/callrec/data/calls/20251026';
  const dump = [
    "--\n-- PostgreSQL database dump\n--\n\nSET client_encoding = 'UTF8';\n\n",
    copy('calls', 'id, cplcnt, start_ts, stop_ts, length, realcplcnt', [
      [100, 2, '2025-10-26 02:59:56+02', '2025-10-26 02:00:20+01', 24, 2],
      [101, 1, '2025-10-26 09:00:00+01', '2025-10-26 09:00:08+01', 8, 1],
    ]),
    copy('couples', couples, [
      [
        1,
        100,
        '2025-10-26 02:59:56.5+02',
        '2025-10-26 02:00:04.5+01',
        8,
        2,
        bits(33),
        '10.0.0.5',
        '10.0.0.6',
        '+442079460012',
        '4600',
        '2001',
        'Åsa Öberg',
        'Trader 1',
        'NORMAL',
        'NO_PROBLEM',
        'Handel',
        't',
        'S-1',
        'F',
        'F',
        null,
        'INCOMING',
      ],
      [
        2,
        100,
        '2025-10-26 02:00:05+01',
        '2025-10-26 02:00:20+01',
        15_000,
        1,
        bits(1),
        '10.0.0.6',
        '10.0.0.7',
        '+442079460012',
        '2002',
        '2002',
        'Åsa Öberg',
        null,
        'TRANSFER',
        'ONLY_ONE_STREAM',
        '',
        'f',
        'S-2',
        'F',
        'F',
        null,
        'INCOMING',
      ],
      [
        3,
        101,
        '2025-10-26 09:00:00+01',
        '2025-10-26 09:00:08+01',
        8,
        0,
        bits(0),
        null,
        null,
        '2003',
        '+442079460015',
        '+442079460015',
        null,
        null,
        'NORMAL',
        'NO_PROBLEM',
        null,
        'f',
        'S-3',
        'D',
        'F',
        null,
        'OUTGOING',
      ],
      [
        4,
        102,
        '2019-03-12 10:15:04+01',
        '2019-03-12 10:15:12+01',
        8,
        0,
        bits(0),
        null,
        null,
        '2003',
        '2004',
        '2004',
        null,
        null,
        'NORMAL',
        'NO_PROBLEM',
        null,
        'f',
        'S-4',
        'D',
        'A',
        '/mnt/archive/archive1.zip',
        'INTERNAL',
      ],
      [
        5,
        103,
        '2019-03-12 11:15:04+01',
        '2019-03-12 11:15:12+01',
        8,
        0,
        bits(0),
        null,
        null,
        '2003',
        '2005',
        '2005',
        null,
        null,
        'NORMAL',
        'NO_PROBLEM',
        null,
        'f',
        'S-5',
        'D',
        'A',
        '/mnt/archive/archive2.zip',
        'INTERNAL',
      ],
    ]),
    copy('cfiles', 'id, sgid, cplid, cftype, cktype, ckvalue, cfsize, cfpath, enc_key_id, digest, start_ts, stop_ts', [
      [11, 1, 1, 'AUDIO', 'CRC32', crc32(a), a.length, `${root}/1_025956.wav`, null, null, null, null],
      [12, 1, 1, 'RECD', '', null, 77, `${root}/1_025956.recd`, null, null, null, null],
      [13, 2, 2, 'AUDIO', 'CRC32', crc32(a), b.length, `${root}/2_020005.wav`, null, null, null, null],
    ]),
    copy('couple_extdata', 'cplid, key, value', [
      [1, 'JTAPI_CISCO_GLOBAL_CALL_ID', '471100'],
      [1, 'JTAPI_CALLED_TERMINAL_SEP', 'SEP001122334455'],
      [1, 'CCE_CFG_LoginID', 'agent7'],
      [1, 'CCE_CallerEnteredDigits', '4111111111111111'],
      [1, 'CCE_CallType', 'Order'],
      [2, 'JTAPI_CISCO_GLOBAL_CALL_ID', '471100'],
    ]),
    copy('deleted_couples', 'deleted_coupleid, sid, deleted_ts', [[1, 'S-9', '2025-10-01 03:00:00+02']]),
    '--\n-- PostgreSQL database dump complete\n--\n\n',
  ].join('');
  const calls = `<?xml version="1.0" encoding="UTF-8"?>
<calls>
  <call id="102" start="2019-03-12 10:15:04+01" stop="2019-03-12 10:15:12+01" length="8">
    <cplcnt>1</cplcnt>
    <couple id="4" start="2019-03-12 10:15:04+01" stop="2019-03-12 10:15:12+01" length="8">
      <cfcnt>1</cfcnt><callingNr>2003</callingNr><originalCalledNr>2004</originalCalledNr><finalCalledNr>2004</finalCalledNr>
      <callingPartyName/><calledPartyName/><cpltype>NORMAL</cpltype><problemStatus>NO_PROBLEM</problemStatus><description/>
      <sid>S-4</sid><synchroFlag>F</synchroFlag><state>FINISHED</state><coupleDirection>INTERNAL</coupleDirection>
      <data><key>CCE_CallType</key><value>Inhouse</value></data>
      <data><key>PIN</key><value>99887</value></data>
      <file><type>AUDIO</type><size>${c.length}</size><path>/opt/callrec/data/calls/20190312/4_101504.wav</path></file>
    </couple>
  </call>
</calls>
`;
  return new Map([
    ['callrec.sql', text(dump)],
    ['calls/20251026/1_025956.wav', a],
    ['calls/20251026/2_020005.wav', b],
    ['calls/20251026/9_120000.wav', d],
    ['archive1/calls.xml', text(calls)],
    ['archive1/4_101504.wav', c],
  ]);
}
