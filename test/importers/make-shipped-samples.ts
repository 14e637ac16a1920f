import { readFileSync } from 'node:fs';
import { tone } from './make-mapping-samples.ts';

/** A synthetic export of a family that a built-in mapping describes, with its known pitfalls. */
export interface ShippedSample {
  /** Zone that a user would give; null if the export contains one. */
  readonly zone: string | null;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const json = (value: unknown): Uint8Array => utf8(`${JSON.stringify(value, null, 1)}\n`);
const mp3 = new Uint8Array(readFileSync(new URL('../../samples/canaries/layer-3.mp3', import.meta.url)));
/** Short sound, with a different pitch for each name. */
const sound = (name: string): Uint8Array =>
  name.endsWith('.mp3') ? mp3 : tone(300 + ([...name].reduce((sum, char) => sum + char.charCodeAt(0), 0) % 500), 0.05);

function files(audio: readonly string[], others: Readonly<Record<string, Uint8Array>> = {}): ReadonlyMap<string, Uint8Array> {
  return new Map([...audio.map((name): [string, Uint8Array] => [name, sound(name)]), ...Object.entries(others)]);
}

/** Samples by the id of their mapping: `samples/mappings/<id>/export`. */
export const shippedSamples: Readonly<Record<string, ShippedSample>> = {
  five9: {
    zone: 'America/Los_Angeles',
    files: files(
      [
        'recording.2025550101_300000000012345_ann@example.com_Sales_West_2024_5_2_2024_2_30_05 PM.wav',
        '2025550102_300000000012346_ann_lee@example.com_Support_5_2_2024_12_05_00 AM.wav',
        '2025550103_300000000012347_ann@example.com_Day_only_5_3_2024.wav',
        '2025550104_300000000012348_ann@example.com_Half_5_3_2024_2_30_05.wav',
        '2025550105_300000000012349_ann@example.com_Open_5_3_2024_3_00_00 PM.wav.tmp123',
        '2025550106_300000000012350_ann%40example.com_Web_5_3_2024_4_00_00%20PM.wav',
        // The ambiguous hour.
        '2025550107_300000000012351_ann@example.com_Night_11_3_2024_1_30_00 AM.wav',
        'hold music.wav',
      ],
      { 'readme.txt': utf8('Fetched in May.\n') },
    ),
  },
  '3cx': {
    zone: 'Europe/London',
    files: files([
      '2001/[Ada Example]_2001-02079460101_20240502143005(17).wav',
      '2002/[Ada Example]_2001-2002_20240502143105(18).wav',
      '2001/[Ada Example]_2001-2002_20240502143105(18).wav',
      '2001/[]_02079460102-2001_20240502143205(19).wav',
      '2001/%5BExample%2C%20Bo%5D_%2B442079460103-2001_20240502143305(20).wav',
      // The ambiguous hour, and the nonexistent hour.
      '2001/[Ada Example]_2001-02079460104_20241027013000(21).wav',
      '2001/[Ada Example]_2001-02079460104_20240331013000(22).wav',
      '2001/greeting.wav',
    ]),
  },
  ringcentral: {
    zone: 'America/Los_Angeles',
    files: files(
      [
        '20240502-073005_101_+12025550101_Incoming_Auto_400100.mp3',
        '20240502-074005_+12025550102_Outgoing_Auto_400101.mp3',
        // In no call log: an earlier day.
        '20240401-074005_101_+12025550103_Incoming_Auto_399001.mp3',
      ],
      {
        'call-log-2024-05-02.json': json({
          records: [
            {
              id: 'AAA1',
              sessionId: '9001',
              startTime: '2024-05-02T14:30:05.123Z',
              duration: 61,
              direction: 'Inbound',
              result: 'Accepted',
              from: { phoneNumber: '+12025550101', name: 'Example Ltd' },
              to: { phoneNumber: '+12025550100' },
              recording: { id: '400100', type: 'Automatic' },
            },
            {
              id: 'AAA2',
              sessionId: '9002',
              startTime: '2024-05-02T14:40:05.000Z',
              duration: 12,
              direction: 'Outbound',
              result: 'Call connected',
              from: { phoneNumber: '+12025550100' },
              to: { phoneNumber: '+12025550102' },
              recording: { id: '400101', type: 'Automatic' },
            },
            // Not recorded.
            {
              id: 'AAA3',
              sessionId: '9003',
              startTime: '2024-05-02T14:50:05.000Z',
              duration: 0,
              direction: 'Inbound',
              result: 'Missed',
              from: { phoneNumber: '+12025550104' },
              to: { phoneNumber: '+12025550100' },
            },
            // Recorded, and the file is not here.
            {
              id: 'AAA4',
              sessionId: '9004',
              startTime: '2024-05-02T15:00:05.000Z',
              duration: 30,
              direction: 'Inbound',
              result: 'Accepted',
              from: { phoneNumber: '+12025550105' },
              to: { phoneNumber: '+12025550100' },
              recording: { id: '400102', type: 'OnDemand' },
            },
          ],
        }),
      },
    ),
  },
  'bright-pattern': {
    zone: 'America/Los_Angeles',
    files: files(['BPREC-0001.wav', 'BPREC-0003a.wav', 'BPREC-0003b.wav', 'BPREC-0009.wav'], {
      'recordings.csv': utf8(
        [
          'Start Time,Agent loginId,Agent First Name,Agent Last Name,Customer phone,Direction,Service,Disposition,Notes,Voice Signature,Flagged,Talk Time,Export status,RecordingId,Global Interaction ID',
          '2024-05-02 09:00:00,ann.lee,Ann,Lee,+12025550101,Inbound,Sales,Sold,"said ""yes"", twice",Yes,No,0:05:10,success,BPREC-0001,GI-1',
          // The export never found it.
          '2024-05-02 09:10:00,bo.ek,Bo,Ek,+12025550102,Inbound,Sales,,,No,No,0:01:00,failed,BPREC-0002,GI-2',
          // A conference of two agents: a row and a file each.
          '2024-05-02 09:20:00,ann.lee,Ann,Lee,+12025550103,Outbound,Support,,,No,No,0:02:00,success,BPREC-0003a,GI-3',
          '2024-05-02 09:20:00,bo.ek,Bo,Ek,+12025550103,Outbound,Support,,,No,No,0:02:00,success,BPREC-0003b,GI-3',
          // Exported, and lost on the way.
          '2024-05-02 09:30:00,bo.ek,Bo,Ek,2.02555E+09,Inbound,Sales,,,No,No,0:00:30,success,BPREC-0004,GI-4',
          '',
        ].join('\r\n'),
      ),
    }),
  },
  'bright-pattern-db': {
    zone: null,
    files: files(['2024/05/02/A1B2C3.wav', '2024/05/02/FFFF00.wav'], {
      'reporting.sql': utf8(
        [
          'CREATE TABLE `agents` (`id` int NOT NULL, `login` varchar(64));',
          "INSERT INTO `agents` VALUES (1,'ann.lee');",
          'CREATE TABLE `voice_recordings` (`id` binary(16) NOT NULL, `interaction_id` binary(16), `start_time` datetime, `end_time` datetime, `rec_url` varchar(255), `encryption_key_id` binary(16), `erase_time` datetime, `erase_login_id` varchar(64));',
          "INSERT INTO `voice_recordings` VALUES (0xA1,0x01,'2024-05-02 16:00:00','2024-05-02 16:05:10','rec/2024/05/02/A1B2C3',NULL,NULL,NULL),",
          "(0xA2,0x02,'2024-05-02 16:10:00','2024-05-02 16:11:00','rec/2024/05/02/D4E5F6',NULL,'2024-08-01 00:00:05','dpo'),",
          // Reported as erased, but present.
          "(0xA3,0x03,'2024-05-02 16:20:00','2024-05-02 16:21:00','rec/2024/05/02/FFFF00',0x0C,'2024-08-01 00:00:06','dpo'),",
          "(0xA4,0x04,'2024-05-02 16:30:00','2024-05-02 16:31:00','rec/2024/05/02/0A0B0C',NULL,'0000-00-00 00:00:00',NULL);",
          '',
        ].join('\n'),
      ),
    }),
  },
  'mitel-mir': {
    zone: 'America/New_York',
    files: files(['mir-1.wav', 'mir-2.wav', 'mir-3.wav'], {
      'portal.csv': utf8(
        [
          'Start Time,Duration,Direction,Calling Party Phone Number,Called Party Phone Number,File Name',
          '2024-05-02 09:00:00,0:01:10,Inbound,+12025550101,7f3a-2001,mir-1.wav',
          // A number in the form of id and extension that is not one.
          '2024-05-02 09:10:00,0:00:20,Outbound,7f3b-2002,020-79460102,mir-2.wav',
          // Inbound, and not answered.
          '2024-05-02 09:20:00,0:00:30,Inbound,+12025550103,2003,mir-3.wav',
          '',
        ].join('\n'),
      ),
    }),
  },
  noojee: {
    zone: 'Australia/Melbourne',
    files: files(['1714608000.11-1.wav', '1714608000.11-2.wav', '1714608000.11-3.wav', '1714608100.15-1.wav'], {
      'metadata.json': json([
        ...['1', '2', '3', '4'].map((leg, index) => ({
          Source: '+12025550101',
          Leg: leg,
          Start: `2024-05-02 10:0${index}:00.0`,
          Tag: 'CASE-7',
          Duration: '58',
          Username: index === 0 ? '' : 'ann',
          CallRecordId: `1983${index}`,
          UniqueId: '1714608000.11',
          DID: '7601',
          Direction: 'Inbound',
        })),
        {
          Source: '400',
          Leg: '1',
          Start: '2024-05-02 10:01:40.0',
          Tag: '',
          Duration: '4',
          Username: 'bo',
          CallRecordId: '19840',
          UniqueId: '1714608100.15',
          DID: 'internal',
          Direction: '2',
        },
      ]),
    }),
  },
  miarec: {
    zone: 'America/New_York',
    files: files(['20240502/20240502090000_c-1.wav', '20240502/20240502090105_c-2.wav', '20240502/20240502091000_c-9.wav'], {
      // A call with a hold: the part after it is a call of its own, with the first as its parent.
      'calls.jsonl': utf8(
        [
          { call_id: 'c-1', interaction_id: 'i-1', protocol_call_id: '77@pbx.example', call_state: 4 },
          { call_id: 'c-2', parent_call_id: 'c-1', interaction_id: 'i-1', protocol_call_id: '77@pbx.example', call_state: 4 },
          { call_id: 'c-3', interaction_id: 'i-2', call_state: 8 },
        ]
          .map((call) => `${JSON.stringify(call)}\n`)
          .join(''),
      ),
    }),
  },
  bcr: {
    zone: null,
    files: files(['20240502_093005.123+0200_in_phone-1.wav', '20240502_094005.456+0200_out_phone-2.wav', '20240502_095005.789+0200_in_phone-3.wav'], {
      '20240502_093005.123+0200_in_phone-1.json': json({
        timestamp_unix_ms: 1714635005123,
        timestamp: '2024-05-02T09:30:05.123+02:00',
        direction: 'in',
        sim_slot: 1,
        call_log_name: 'Example Ltd',
        calls: [{ phone_number: '+46846500401', phone_number_formatted: '+46 8 465 004 01', caller_name: null, contact_name: 'Example Ltd' }],
        output: {
          format: { type: 'WAV/PCM', mime_type_container: 'audio/wav', mime_type_audio: 'audio/raw' },
          recording: {
            frames_total: 1200,
            frames_encoded: 400,
            sample_rate: 8000,
            channel_count: 1,
            duration_secs_total: 0.15,
            duration_secs_encoded: 0.05,
            buffer_overruns: 2,
            was_ever_paused: true,
            was_ever_holding: false,
          },
        },
      }),
      // A conference of an older version, with little information.
      '20240502_094005.456+0200_out_phone-2.json': json({
        timestamp_unix_ms: 1714635605456,
        timestamp: '2024-05-02T09:40:05.456+02:00',
        direction: 'conference',
        calls: [{ phone_number: '+46846500402' }, { phone_number: '+46846500403' }],
      }),
      // Its document is truncated.
      '20240502_095005.789+0200_in_phone-3.json': utf8('{"timestamp_unix_ms": 17146362'),
      // The audio was deleted on the phone.
      '20240502_100005.000+0200_in_phone-4.json': json({
        timestamp_unix_ms: 1714636805000,
        timestamp: '2024-05-02T10:00:05.000+02:00',
        direction: 'in',
      }),
    }),
  },
  huawei: {
    zone: 'Asia/Shanghai',
    files: new Map(
      ['6/0/20161025/20011/1902050.V3', '6/0/20161025/20011/1902051.V3', '6/0/20161025/20012/090000.v3', '6/0/20161025/20012/2561001.V3'].map(
        (path) => [path, Uint8Array.from({ length: 400 }, (_, index) => (index * 37 + path.length) % 251)],
      ),
    ),
  },
  puzzel: {
    zone: 'Europe/Oslo',
    files: files(['7001234_1.wav', '7001234_2.wav', '7001235_1.wav'], {
      '7001234_1.xml': utf8(
        '<recording><session id="7001234"><startTime>2024-05-02T09:00:00</startTime></session><request remoteAddress="+46846500405" queue_key="q_sales"/></recording>\n',
      ),
      '7001234_2.xml': utf8(
        '<recording><session id="7001234"><startTime>2024-05-02T09:04:00</startTime></session><request remoteAddress="+46846500405" queue_key="q_support"/></recording>\n',
      ),
    }),
  },
};
