import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { shared } from '../cli/rig.ts';

// The schema of the draft judges the output. It is not part of this project.

const file = join(shared, 'samples/recorders/vcon/vcon_json_schema.json');
export const hasVconSchema = existsSync(file);

/** Returns the faults of a vCon in its unsigned form, including formats; empty if there are none. */
export function vconProblems(): (vcon: unknown) => readonly string[] {
  const ajv = new Ajv({ allErrors: true, strict: false });
  ajv.addFormat('uuid', /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i);
  // RFC 3339 section 5.6, and a valid time.
  ajv.addFormat('date-time', {
    type: 'string',
    validate: (text: string) => /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/.test(text) && !Number.isNaN(Date.parse(text)),
  });
  ajv.addFormat('uri', { type: 'string', validate: (text: string) => /^[a-z][a-z0-9+.-]*:[!-~]*$/i.test(text) && URL.canParse(text) });
  const validate = ajv.compile(JSON.parse(readFileSync(file, 'utf8')) as object);
  return (vcon) => (validate(vcon) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`));
}

/** Invalid indices of parties and dialogs, which the schema cannot express. */
export function danglingIndices(vcon: {
  readonly parties: readonly unknown[];
  readonly dialog: readonly Readonly<Record<string, unknown>>[];
  readonly attachments: readonly Readonly<Record<string, unknown>>[];
}): readonly string[] {
  const wrong: string[] = [];
  const check = (value: unknown, length: number, where: string): void => {
    for (const index of [value].flat(2))
      if (index != null && !(typeof index === 'number' && index >= 0 && index < length)) wrong.push(`${where} ${index}`);
  };
  for (const [at, one] of vcon.dialog.entries()) {
    check(one.parties, vcon.parties.length, `dialog ${at} parties`);
    check(one.originator, vcon.parties.length, `dialog ${at} originator`);
    check(one.recordings, vcon.dialog.length, `dialog ${at} recordings`);
    check(one.recording_set, vcon.dialog.length, `dialog ${at} recording_set`);
    for (const entry of (one.party_history ?? []) as { party: number }[]) check(entry.party, vcon.parties.length, `dialog ${at} party_history`);
  }
  for (const [at, one] of vcon.attachments.entries()) {
    check(one.party, vcon.parties.length, `attachment ${at} party`);
    check(one.dialog, vcon.dialog.length, `attachment ${at} dialog`);
  }
  return wrong;
}
