import { tone } from './make-mapping-samples.ts';

/** A tape message as OrkAudio writes it into a log line. */
export function tapeLine(values: Readonly<Record<string, string | number>>, prefix = '2025-10-26 00:29:56,104 INFO  reporting - '): string {
  const escaped = (value: string): string => value.replace(/[ =%]/g, (char) => (char === ' ' ? '%s' : char === '=' ? '%e' : '%p'));
  const message = { type: 'tape', ...values };
  return `${prefix}${Object.entries(message)
    .map(([name, value]) => `${name}=${escaped(String(value))} `)
    .join('')}\n`;
}

/** A packet of a capture: header of Oreka's media chunks, and mu-law of 20 ms. */
export function capture(packets: number): Uint8Array {
  const payload = 160;
  const bytes = new Uint8Array(packets * (32 + payload)).fill(0xff);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < packets; index++) {
    const at = index * (32 + payload);
    for (const [offset, value] of [
      [0, 0x2a2a2a2a],
      [4, 2],
      [8, payload],
      [12, index * payload],
      [16, 1_761_441_900],
      [20, index],
      [24, 8_000],
      [28, 0],
    ] as const)
      view.setUint32(at + offset, value, true);
  }
  return bytes;
}

const first = {
  recid: '20251026_022956_ABCD',
  captureport: '10.0.0.5,5060',
  timestamp: 1_761_438_596,
  localparty: '2001',
  localentrypoint: '',
  remoteparty: '+442079460012',
  direction: 'in',
  service: 'orkaudio-hq',
  localip: '10.0.0.5',
  remoteip: '10.0.0.9',
  nativecallid: '4711@pbx.example',
};
const second = { ...first, recid: '20251026_022956_EFGH', timestamp: 1_761_442_196, remoteparty: '+442079460015', nativecallid: '4712@pbx.example' };
const hour = '2025/10/26/02';
const name = '20251026_022956_10.0.0.5,5060';

/**
 * The sample export `samples/oreka`: a log with messages of two calls that begin at the same wall-clock time in the ambiguous hour, one that was never finished, one whose audio is
 * gone; tables of tapes and segments; a file that no message names.
 */
export function orekaSample(): Map<string, Uint8Array> {
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  const log = [
    '2025-10-26 00:29:50,001 INFO  root - OrkAudio service starting\n',
    tapeLine({ ...first, stage: 'start', filename: `${hour}/${name}`, duration: 0, tags: '', ondemand: 'false', side: 'both' }),
    '2025-10-26 00:29:57,000 DEBUG packet.rtp - [10.0.0.5,5060] type=rtp ssrc=0x1\n',
    tapeLine({ ...first, stage: 'stop', filename: `${hour}/${name}.wav`, duration: 8, tags: '', ondemand: 'false', side: 'both' }),
    tapeLine({
      ...first,
      stage: 'ready',
      filename: `${hour}/${name}.wav`,
      duration: 8,
      tags: 'case:47 11,queue:Handel',
      ondemand: 'true',
      side: 'both',
    }),
    tapeLine(
      { ...first, stage: 'ready', filename: `${hour}/${name}.wav`, duration: 8, tags: 'case:47 11,queue:Handel', ondemand: 'true', side: 'both' },
      '2025-10-26 00:31:12,000 INFO  reporting - [retry] enqueued: ',
    ),
    tapeLine({ ...second, stage: 'start', filename: `${hour}/${name}`, duration: 0, side: 'remote' }),
    tapeLine({ ...second, stage: 'ready', filename: `${hour}/${name}-EFGH.wav`, duration: 6, side: 'remote' }),
    tapeLine({
      ...second,
      recid: '20251026_022500_IJKL',
      timestamp: 1_761_441_900,
      stage: 'start',
      filename: `${hour}/20251026_022500_10.0.0.6,5060`,
      duration: 0,
    }),
    tapeLine({
      ...second,
      recid: '20251026_030500_MNOP',
      timestamp: 1_761_444_300,
      direction: 'out',
      stage: 'ready',
      filename: '2025/10/26/03/20251026_030500_P7.wav',
      duration: 3,
    }),
  ].join('');
  const tables = `-- MySQL dump 10.13  Distrib 5.7.44, for Linux (x86_64)
CREATE TABLE \`orktape\` (\`id\` int NOT NULL, \`timestamp\` datetime, \`duration\` bigint, \`filename\` varchar(255), \`localParty\` varchar(255), \`localEntryPoint\` varchar(255), \`remoteParty\` varchar(255), \`direction\` int, \`portName\` varchar(255), \`expiryTimestamp\` datetime, \`nativeCallId\` varchar(255), \`state\` varchar(255));
INSERT INTO \`orktape\` VALUES (7,'2025-10-26 02:29:56',8,'${hour}/${name}.wav','2001','','+442079460012',0,'10.0.0.5,5060','1970-01-01 01:00:00','4711@pbx.example',NULL),(9,'2025-10-27 09:00:00',20,'2025/10/27/09/20251027_090000_P8.wav','2002','4600','+442079460016',0,'P8','2032-10-27 09:00:00',NULL,NULL);
CREATE TABLE \`orksegment\` (\`id\` int NOT NULL, \`timestamp\` datetime, \`duration\` bigint, \`tape_id\` int, \`tapeOffset\` bigint, \`localParty\` varchar(255), \`remoteParty\` varchar(255), \`direction\` int, \`loginString\` varchar(255), \`portName\` varchar(255), \`session_id\` int);
INSERT INTO \`orksegment\` VALUES (70,'2025-10-26 02:29:56',8,7,0,'2001','+442079460012',0,'agent7','10.0.0.5,5060',31),(90,'2025-10-27 09:00:00',12,9,0,'2002','+442079460016',0,NULL,'P8',32),(91,'2025-10-27 09:00:12',8,9,12,'2003','+442079460016',0,NULL,'P8',32);
-- Dump completed on 2025-11-01 12:00:00
`;
  return new Map([
    [`audio/${hour}/${name}.wav`, tone(440, 0.2)],
    [`audio/${hour}/${name}-EFGH.wav`, tone(550, 0.2)],
    [`audio/${hour}/20251026_022500_IJKL.mcf`, capture(8)],
    ['audio/2025/10/27/09/20251027_090000_P8.wav', tone(660, 0.2)],
    ['audio/2025/10/27/10/20251027_101500_P9.wav', tone(770, 0.2)],
    ['logs/orkaudio.log', text(log)],
    ['tables/oreka.sql', text(tables)],
  ]);
}
