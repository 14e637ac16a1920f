/**
 * Templates of mod_cdr_csv that are shipped with FreeSWITCH (conf/vanilla/autoload_configs/cdr_csv.conf.xml). Its files have no header: the columns are those
 * of the template. A site's own templates are defined only in its configuration.
 */
const templates: readonly (readonly string[])[] = [
  'caller_id_name caller_id_number destination_number context start_stamp answer_stamp end_stamp duration billsec hangup_cause uuid bleg_uuid accountcode',
  'caller_id_name caller_id_number destination_number context start_stamp answer_stamp end_stamp duration billsec hangup_cause uuid bleg_uuid accountcode read_codec write_codec',
  'caller_id_name caller_id_number destination_number context start_stamp answer_stamp end_stamp duration billsec hangup_cause uuid bleg_uuid accountcode read_codec write_codec sip_user_agent sip_p_rtp_stat',
  'caller_id_name caller_id_number destination_number context start_stamp answer_stamp end_stamp duration billsec hangup_cause uuid bleg_uuid accountcode read_codec write_codec sip_user_agent call_clientcode sip_rtp_rxstat sip_rtp_txstat sofia_record_file',
  'accountcode caller_id_number destination_number context caller_id channel_name bridge_channel last_app last_arg start_stamp answer_stamp end_stamp duration billsec hangup_cause amaflags uuid userfield',
].map((columns) => columns.split(' '));

const forms: Readonly<Record<string, RegExp>> = {
  start_stamp: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/,
  answer_stamp: /^(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)?$/,
  end_stamp: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/,
  duration: /^\d+$/,
  billsec: /^\d+$/,
  hangup_cause: /^[A-Z][A-Z0-9_]*$/,
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
  bleg_uuid: /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})?$/i,
};

/**
 * Returns the columns of a table without header by the cells of its first row: those of a template with as many columns, if the row has stamps, durations,
 * cause and uuids in the template's places; null if none fits.
 * @param cells cells as names of columns: an empty one is `column 7`, the second of two equal ones `x (2)`
 */
export function csvColumns(cells: readonly string[]): readonly string[] | null {
  const values = cells.map((cell) => (/^column \d+$/.test(cell) ? '' : cell.replace(/ \(\d+\)$/, '').trim()));
  return (
    templates.find((columns) => columns.length === values.length && columns.every((name, index) => forms[name]?.test(values[index] ?? '') ?? true)) ??
    null
  );
}
