/** Content of a leg's CDR, for XML and JSON alike. */
export interface LegSaid {
  readonly uuid: string;
  readonly direction?: 'inbound' | 'outbound';
  /** Variables as set, not yet encoded; several values of a name are an array of FreeSWITCH. */
  readonly variables?: Readonly<Record<string, string | readonly string[]>>;
  readonly profile?: Readonly<Record<string, string>>;
  /** Applications that ran: µs, name, argument. */
  readonly applications?: readonly (readonly [stamp: number, name: string, data: string])[];
  /** On, off, other leg. */
  readonly holds?: readonly (readonly [on: number, off: number, other: string])[];
}

/** Percent-encoded like `switch_url_encode`. */
export function encoded(text: string): string {
  return encodeURIComponent(text);
}

/** Times of a leg as variables: UTC in µs, and the local time of its clock. */
export function times(startUs: number, endUs: number, offsetHours: number, answerUs: number | null = startUs): Record<string, string> {
  const stamp = (us: number): string => new Date(Math.floor(us / 1_000) + offsetHours * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
  const moment = (name: string, us: number): Record<string, string> => ({
    [`${name}_stamp`]: stamp(us),
    [`${name}_epoch`]: String(Math.floor(us / 1e6)),
    [`${name}_uepoch`]: String(us),
  });
  return {
    ...moment('start', startUs),
    ...(answerUs === null ? { answer_epoch: '0', answer_uepoch: '0' } : moment('answer', answerUs)),
    ...moment('end', endUs),
    duration: String(Math.floor(endUs / 1e6) - Math.floor(startUs / 1e6)),
    mduration: String(Math.round((endUs - startUs) / 1_000)),
  };
}

const references = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replace(/[^\x20-\x7e]/gu, (char) => `&#x${char.codePointAt(0)?.toString(16).toUpperCase()};`);

/** A CDR as mod_xml_cdr writes it: variables percent-encoded, everything else with character references, names that repeat. */
export function legXml({ uuid, direction = 'inbound', variables = {}, profile = {}, applications = [], holds = [] }: LegSaid): string {
  const all = { direction, uuid, ...variables };
  return [
    '<?xml version="1.0"?>',
    '<cdr core-uuid="11111111-0000-4000-8000-000000000001" switchname="pbx-1">',
    `  <channel_data>\n    <state>CS_REPORTING</state>\n    <direction>${direction}</direction>\n  </channel_data>`,
    '  <call-stats></call-stats>',
    '  <variables>',
    ...Object.entries(all).flatMap(([name, value]) => [value].flat().map((one) => `    <${name}>${encoded(one)}</${name}>`)),
    '  </variables>',
    ...(applications.length === 0 ? [] : ['  <app_log>']),
    ...applications.map(([at, name, data]) => `    <application app_name="${name}" app_data="${references(data)}" app_stamp="${at}"></application>`),
    ...(applications.length === 0 ? [] : ['  </app_log>']),
    ...(holds.length === 0 ? [] : ['  <hold-record>']),
    ...holds.map(([on, off, other]) => `    <hold on="${on}" off="${off}" bridged-to="${other}"></hold>`),
    ...(holds.length === 0 ? [] : ['  </hold-record>']),
    '  <callflow dialplan="XML" profile_index="1">',
    '    <caller_profile>',
    ...Object.entries({ ...profile, uuid }).map(([name, value]) => `      <${name}>${references(value)}</${name}>`),
    '    </caller_profile>',
    '  </callflow>',
    '</cdr>',
    '',
  ].join('\n');
}

/** The same as mod_json_cdr writes it: percent-encoding kept in variables unless `encode-values` is off, arrays in one value. */
export function legJson(
  { uuid, direction = 'inbound', variables = {}, profile = {}, applications = [], holds = [] }: LegSaid,
  encode = true,
): string {
  const array = (value: string | readonly string[]): string => (typeof value === 'string' ? value : `ARRAY::${value.join('|:')}`);
  return JSON.stringify({
    'core-uuid': '11111111-0000-4000-8000-000000000001',
    switchname: 'pbx-1',
    channel_data: { state: 'CS_REPORTING', direction },
    callStats: {},
    variables: Object.fromEntries(
      Object.entries({ direction, uuid, ...variables }).map(([name, value]) => [name, encode ? encoded(array(value)) : array(value)]),
    ),
    app_log: { applications: applications.map(([at, name, data]) => ({ app_name: name, app_data: data, app_stamp: String(at) })) },
    hold_record: holds.map(([on, off, other]) => ({ on: String(on), off: String(off), 'bridged-to': other })),
    callflow: [{ dialplan: 'XML', profile_index: '1', caller_profile: { ...profile, uuid } }],
  });
}

/** A line of mod_cdr_csv's template `example`. */
export function csvLine(...cells: readonly string[]): string {
  return `${cells.map((cell) => `"${cell}"`).join(',')}\n`;
}

/** A UUID that is easy to read: `leg(7)`. */
export function leg(number: number): string {
  return `${String(number).padStart(8, '0')}-0000-4000-8000-00000000000a`;
}
