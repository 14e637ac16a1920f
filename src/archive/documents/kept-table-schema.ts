// JSON Schema (draft 2020-12) of table.json, archive format 2. docs/reference/table.schema.json is this object as text; a test compares the two.
import { keptForms } from './kept-table.ts';

type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: 'string' };
const textOrNull: Schema = { type: ['string', 'null'] };
const count: Schema = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
const hex = (digits: number): Schema => ({ type: 'string', pattern: `^[0-9a-f]{${digits}}$` });
const digested = { sizeBytes: count, sha256: hex(64) };
const object = (properties: Readonly<Record<string, Schema>>, description: string, optional: Readonly<Record<string, Schema>> = {}): Schema => ({
  description,
  type: 'object',
  required: Object.keys(properties),
  properties: { ...properties, ...optional },
  additionalProperties: false,
});

/** Schema of `table.json`. */
export const keptTableSchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'table.json of longplay, version 1',
  ...object(
    {
      format: { const: 'longplay-table' },
      version: { const: 1 },
      source: object({ name: text, path: text, ...digested }, 'The file in the source: its path, and the digest of all its bytes.'),
      kind: { enum: ['csv', 'json', 'xml', 'sql', 'sqlite', null], description: 'Kind of the file in the source; null: a text of another kind.' },
      form: {
        enum: [...keptForms],
        description:
          'What is kept: all bytes of the file; the statements of a dump that concern the tables that were read; a table of a SQLite database as SQL text; all bytes but the values of some columns.',
      },
      table: { ...textOrNull, description: 'Name of a table of an SQLite database; null: everything that is kept of the file.' },
      columnsLeftOut: { type: 'array', items: text, description: 'Columns whose values were left out.' },
      rowsLeftOut: { ...count, description: 'Number of rows that were left out as a whole, because their cells could not be distinguished.' },
      whole: object(digested, 'Everything that is kept of the table in this form: the earlier parts and this one, in order.'),
      part: object(
        { path: { type: 'string', pattern: '^[a-z0-9][a-z0-9.-]{0,119}$' }, ...digested, sha512: hex(128) },
        'The file beside this document.',
      ),
      continues: {
        type: 'array',
        items: object({ bag: text, path: text, ...digested }, 'An earlier part: its bag, and its path in that bag.'),
        description: 'Earlier parts, in order; empty: this is the beginning.',
      },
      importer: text,
      site: text,
      job: text,
      keptAt: text,
      records: { ...count, description: 'Number of records in the whole table when it was imported, including those that could not be read.' },
      recordsUnread: { ...count, description: 'Number of records that could not be read.' },
    },
    "A recorder's table that is kept in a bag, or the new part of such a table.",
    {
      recordsAt: {
        ...text,
        description: "Path of the records in JSON, or name of their element in XML; '': the document itself, or its list. Absent: it was not stated.",
      },
      erased: object(
        {
          before: object(digested, 'The file before rows were erased; `whole`, and `continues` of later parts, refer to this state.'),
          rows: {
            type: 'array',
            items: object(
              { table: text, rows: { type: 'string', pattern: '^[0-9]{1,15}(?:[ -][0-9]{1,15})*$' } },
              "Erased rows of one table of a database (name '' for other files; 'outside' for places outside of the records of JSON and XML, 'outside-3' for those inside of the third): ranges of their numbers in the whole table.",
            ),
          },
        },
        'Rows that were erased from the file beside this document. Absent: none.',
      ),
    },
  ),
};
