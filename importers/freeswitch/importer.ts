import { baseName } from '../../src/core/base/safe-path.ts';
import { familyImporter } from '../engine/family-importer.ts';
import type { Described } from '../engine/records/described.ts';
import { idKey } from '../engine/records/keys.ts';
import type { Shape } from '../engine/records/shape.ts';
import { csvColumns } from './csv.ts';
import { cdrPairs } from './document.ts';
import { legOf, legOfName, linkedLegs, recordClaims, uuidsIn } from './legs.ts';
import { describeCall } from './recording.ts';

/** Common to all records: a record describes one leg, names other legs of its call, and states the paths to which it recorded. */
const leg = { role: 'call', key: legOf, links: linkedLegs, claims: recordClaims } as const;
const table = (name: string, unit: string, columns: readonly string[]): Shape => ({ name, unit, ...leg, at: { kind: 'table', columns } });

/** Matches folders of FusionPBX: `<root>/<domain>/archive/YYYY/Mon/DD/`, months in English. */
const archiveFolder = /(?:^|[/!])([^/!]+)\/archive\/(\d{4})\/([A-Z][a-z]{2})\/(\d{1,2})\/[^/!]+$/;

/** Imports FreeSWITCH and FusionPBX: one CDR per leg as XML, JSON or CSV, FusionPBX's table of calls, and the tree of recordings. */
export const freeswitch = familyImporter({
  id: 'freeswitch',
  title: 'FreeSWITCH and FusionPBX (xml_cdr, json_cdr, cdr_csv, v_xml_cdr, archive tree)',
  grade: 'verified',
  facts: [
    'FreeSWITCH 1.11.3-dev, git cc93a683ca: a real run (xml_cdr, json_cdr, cdr_csv, record_session in stereo with a mask), used for testing; it had no holds or transfers',
    'signalwire/freeswitch, src/switch_ivr.c: how XML and JSON are made, what is percent-encoded; conf/vanilla/autoload_configs/cdr_csv.conf.xml: templates',
    'fusionpbx/fusionpbx 014cbd1c, app/xml_cdr/app_config.php, and 012484a9, resources/classes/xml_cdr.php: v_xml_cdr, its JSON, record_path, v_call_recordings; source-exact, never run',
  ],
  tested: [
    'what a run of FreeSWITCH git cc93a683ca wrote',
    'samples/freeswitch, with a clock change, synthetic',
    'tables of FusionPBX only as written from its source code',
  ],
  shapes: [
    {
      name: 'xml',
      unit: 'CDRs as XML',
      ...leg,
      at: {
        kind: 'document',
        file: /\.xml$/i,
        holds: /^\W*(?:\?xml[^>]*>)?\s*<cdr(?:\s+core-uuid=|[^>]*>\s*<channel_data)/,
        as: 'xml',
        pairs: cdrPairs,
        keyOfName: legOfName,
      },
    },
    {
      name: 'json',
      unit: 'CDRs as JSON',
      ...leg,
      at: {
        kind: 'document',
        file: /\.(?:json|jsonl|ndjson)$/i,
        holds:
          /^(?:\xef\xbb\xbf)?\s*\{\s*"(?:core-uuid|@attributes|channel_data|variables)"\s*:[\s\S]*"(?:core-uuid|channel_data|start_u?epoch|call_uuid)"/,
        as: 'json',
        pairs: cdrPairs,
        keyOfName: legOfName,
      },
    },
    table('xml_cdr_json', 'v_xml_cdr_json rows', ['xml_cdr_json_uuid', 'xml_cdr_uuid']),
    table('xml_cdr_log', 'v_xml_cdr_logs rows', ['xml_cdr_log_uuid', 'xml_cdr_uuid']),
    table('xml_cdr_flow', 'v_xml_cdr_flow rows', ['xml_cdr_flow_uuid', 'xml_cdr_uuid']),
    table('xml_cdr', 'v_xml_cdr rows', ['xml_cdr_uuid', 'start_stamp']),
    table('xml_cdr', 'v_xml_cdr rows', ['xml_cdr_uuid', 'start_epoch']),
    table('call_recordings', 'v_call_recordings rows', ['call_recording_uuid', 'call_recording_name']),
    table('cdr', 'CDR rows', ['uuid', 'start_stamp', 'end_stamp']),
    table('cdr', 'CDR rows', ['uuid', 'start_epoch', 'hangup_cause']),
    {
      name: 'csv',
      unit: 'CDR lines',
      ...leg,
      at: { kind: 'table', columns: ['uuid', 'start_stamp', 'hangup_cause', 'billsec'], headings: csvColumns },
    },
  ],
  fileKeys: (path) => uuidsIn(baseName(path)).map(idKey),
  namesFile: (path) => archiveFolder.test(path) && uuidsIn(baseName(path)).length > 0,
  describe: describeCall,
  describeFile: ({ path }): Described => ({ key: null, ...namedBy(path) }),
});

/**
 * Returns what the name and folders of a file show: its leg and its domain. The folder's day is the local day on which recording started; no time is derived
 * from it.
 */
function namedBy(path: string): Pick<Described, 'correlation' | 'org' | 'extra'> {
  const [, domain, year, month, day] = archiveFolder.exec(path) ?? [];
  return {
    correlation: uuidsIn(baseName(path)).map((value) => ({ name: 'freeswitch-uuid', value })),
    org: domain === undefined ? [] : [{ name: 'tenant', value: domain }],
    extra: year === undefined ? [] : [{ name: 'archive folder', value: `${year}/${month}/${day}` }],
  };
}
