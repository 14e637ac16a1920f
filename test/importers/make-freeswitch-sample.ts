import { wav } from './asterisk/rows.ts';
import { csvLine, type LegSaid, leg, legJson, legXml, times } from './freeswitch/cdrs.ts';

const folder = '/var/lib/freeswitch/recordings/pbx.example/archive';
const at = (utc: string): number => Date.parse(utc) * 1_000;

/** An incoming call with a hold, a mask and a request for digits: the caller's leg recorded in stereo. */
const began = at('2026-11-24T09:15:00.250Z');
const caller: LegSaid = {
  uuid: leg(1),
  variables: {
    ...times(began, began + 42_000_000, 1, began + 2_000_000),
    call_direction: 'inbound',
    sip_call_id: '7f2a-1@192.0.2.10',
    channel_name: 'sofia/external/gw',
    domain_name: 'pbx.example',
    accountcode: 'retail',
    cc_queue: 'support@pbx.example',
    cc_agent: 'agent-17',
    case: '4711; "köp"',
    pin_code: '99887766',
    digits_dialed: '4929',
    DP_MATCH: ['2000', '2000'],
    RECORD_STEREO: 'true',
    record_path: `${folder}/2026/Nov/24`,
    record_name: `${leg(1)}.wav`,
    record_ms: '300',
    bridge_uuid: leg(2),
    originated_legs: `${leg(2)};Outbound Call;2001`,
    hangup_cause: 'NORMAL_CLEARING',
    hold_accum_seconds: '5',
  },
  profile: { caller_id_name: 'Eva 100%+ Ö', caller_id_number: '+442079460012', destination_number: '2000', context: 'public' },
  applications: [
    [began + 1_000_000, 'play_and_get_digits', '4 8 3 5000 # say-pin.wav wrong.wav pin_code \\d+'],
    [began + 1_500_000, 'lua', 'check.lua 99887766'],
    [began + 2_100_000, 'record_session', `${folder}/2026/Nov/24/${leg(1)}.wav`],
    [began + 10_100_000, 'record_session_mask', `${folder}/2026/Nov/24/${leg(1)}.wav`],
    [began + 14_100_000, 'record_session_unmask', `${folder}/2026/Nov/24/${leg(1)}.wav`],
    [began + 20_000_000, 'send_dtmf', '4929'],
  ],
  holds: [[began + 25_000_000, began + 30_000_000, leg(2)]],
};
const agent: LegSaid = {
  uuid: leg(2),
  direction: 'outbound',
  variables: {
    ...times(began + 500_000, began + 42_000_000, 1, began + 2_000_000),
    channel_name: 'sofia/internal/2001',
    is_outbound: 'true',
    originating_leg_uuid: leg(1),
    bridge_uuid: leg(1),
    signal_bond: leg(1),
    sip_call_id: '7f2a-2@192.0.2.10',
    hangup_cause: 'NORMAL_CLEARING',
  },
  profile: { caller_id_name: 'Eva 100%+ Ö', caller_id_number: '+442079460012', destination_number: '2001', context: 'public' },
};

/** Two calls an hour apart that begin at the same local time, because clocks were set back between them; the first ends "before" it began. */
const fold = at('2025-10-26T00:59:56.000Z');
const folded = (number: number, startUs: number, seconds: number, startHours: number, endHours: number): LegSaid => ({
  uuid: leg(number),
  variables: {
    ...times(startUs, startUs + seconds * 1e6, startHours),
    ...Object.fromEntries(Object.entries(times(startUs, startUs + seconds * 1e6, endHours)).filter(([name]) => name === 'end_stamp')),
    record_path: `${folder}/2025/Oct/26`,
    record_name: `${leg(number)}.wav`,
    hangup_cause: 'NORMAL_CLEARING',
  },
  profile: { caller_id_number: '2002', destination_number: '2003' },
});

const busy: LegSaid = {
  uuid: leg(5),
  variables: { ...times(began + 90e6, began + 90e6 + 400_000, 1, null), hangup_cause: 'USER_BUSY' },
  profile: { caller_id_name: 'Björn Ek', caller_id_number: '+15550142', destination_number: '2004' },
};

const columns =
  'xml_cdr_uuid domain_name direction caller_id_name caller_id_number caller_destination destination_number start_epoch start_stamp answer_epoch answer_stamp end_epoch end_stamp duration mduration billsec bridge_uuid leg record_path record_name record_length cc_queue missed_call hangup_cause pin_number';

/** A row of FusionPBX's table, exported as CSV. */
function row(number: number, said: Readonly<Record<string, string>>): string {
  const start = began / 1e6 + number * 600;
  const stamp = (seconds: number): string => `${new Date(seconds * 1_000 + 3_600_000).toISOString().slice(0, 19).replace('T', ' ')}+01`;
  const whole = Math.floor(start);
  const values: Readonly<Record<string, string>> = {
    xml_cdr_uuid: leg(number),
    domain_name: 'pbx.example',
    start_epoch: String(whole),
    start_stamp: stamp(whole),
    answer_epoch: String(whole + 3),
    answer_stamp: stamp(whole + 3),
    end_epoch: String(whole + 33),
    end_stamp: stamp(whole + 33),
    duration: '33',
    mduration: '33000',
    billsec: '30',
    leg: 'a',
    missed_call: 'f',
    hangup_cause: 'NORMAL_CLEARING',
    ...said,
  };
  return columns
    .split(' ')
    .map((name) => values[name] ?? '')
    .join(',');
}

/**
 * The sample `samples/freeswitch`: a call of two legs as XML, JSON and CSV with a hold and a mask; two calls over a clock change; a busy one; rows of FusionPBX's table, of
 * which one names a WAV that was converted and one audio that is gone; a file that nothing names.
 */
export function freeswitchSample(): Map<string, Uint8Array> {
  const lines = [caller, agent, busy].map(({ uuid, variables = {}, profile = {} }) => {
    const of = (name: string): string => String(variables[name] ?? profile[name] ?? '');
    return csvLine(
      ...['caller_id_name', 'caller_id_number', 'destination_number', 'context', 'start_stamp', 'answer_stamp', 'end_stamp', 'duration'].map(of),
      '0',
      of('hangup_cause'),
      uuid,
      of('bridge_uuid'),
      of('accountcode'),
      'PCMA',
      'PCMA',
    );
  });
  const fusion = [
    columns.replaceAll(' ', ','),
    row(11, {
      direction: 'local',
      caller_id_number: '2002',
      destination_number: '2003',
      record_path: `${folder}/2026/Nov/24`,
      record_name: `${leg(11)}.wav`,
      record_length: '30',
    }),
    row(12, {
      direction: 'outbound',
      caller_id_number: '2002',
      destination_number: '+46846500412',
      record_path: `${folder}/2026/Nov/24`,
      record_name: `${leg(12)}.wav`,
      pin_number: '4929',
    }),
    row(12, {
      direction: 'outbound',
      caller_id_number: '2002',
      destination_number: '+46846500412',
      record_path: `${folder}/2026/Nov/24`,
      record_name: `${leg(12)}.wav`,
      pin_number: '4929',
    }),
    row(13, {
      direction: 'inbound',
      caller_id_name: 'Åsa',
      caller_id_number: '+15550143',
      answer_epoch: '0',
      answer_stamp: '1970-01-01 01:00:00+01',
      missed_call: 't',
      cc_queue: 'support',
    }),
    '',
  ];
  const text: Record<string, string> = {
    [`xml_cdr/a_${leg(1)}.cdr.xml`]: legXml(caller),
    [`xml_cdr/${leg(2)}.cdr.xml`]: legXml(agent),
    [`xml_cdr/a_${leg(3)}.cdr.xml`]: legXml(folded(3, fold, 6, 2, 1)),
    [`xml_cdr/a_${leg(4)}.cdr.xml`]: legXml(folded(4, fold + 3_600e6, 6, 1, 1)),
    [`xml_cdr/a_${leg(5)}.cdr.xml`]: legXml(busy),
    [`json_cdr/a_${leg(1)}.cdr.json`]: legJson(caller),
    [`json_cdr/${leg(2)}.cdr.json`]: legJson(agent),
    'cdr-csv/Master.csv': lines.join(''),
    'cdr-csv/retail.csv': lines[0] ?? '',
    'v_xml_cdr.csv': fusion.join('\r\n'),
  };
  return new Map([
    ...Object.entries(text).map(([path, content]): [string, Uint8Array] => [path, new TextEncoder().encode(content)]),
    [`recordings/pbx.example/archive/2026/Nov/24/${leg(1)}.wav`, wav(2_400, 1)],
    [`recordings/pbx.example/archive/2025/Oct/26/${leg(3)}.wav`, wav(800, 3)],
    [`recordings/pbx.example/archive/2025/Oct/26/${leg(4)}.wav`, wav(800, 4)],
    // Its row names a WAV: the site has converted it. A WAV by its bytes here, since only the name matters to the join.
    [`recordings/pbx.example/archive/2026/Nov/24/${leg(11)}.mp3`, wav(800, 11)],
    [`recordings/pbx.example/archive/2026/Nov/25/${leg(21)}.wav`, wav(800, 21)],
  ]);
}
