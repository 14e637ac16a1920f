import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LongplayError } from '../../core/base/error.ts';
import { gradeMeaning } from '../../core/model/grade.ts';
import { didYouMean } from '../../core/words/nearest.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import { commonOptions, option, withExamples } from '../options/options.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import { type CommonOptions, runCommand } from '../report/run-command.ts';
import { table } from '../report/units.ts';
import { decoderOf, gradesText, pronomOf, type Register, registerMarkdown, tested } from '../texts/register.ts';

/** Declares `longplay formats [ID]`. */
export const formatsCommand: CommandDeclaration = (program, context, signal, done) => {
  const command = program
    .command('formats')
    .summary('list containers and codecs, and what decodes them')
    .description('Lists the containers and codecs that longplay knows, and what decodes them.')
    .argument('[format]', 'a format or codec: everything that is known about it')
    .addOption(option('--markdown', 'print the whole list as Markdown, as in docs/reference/formats.md'));
  withExamples(command, 'longplay formats', 'longplay formats riff-wave');
  commonOptions(command).action(async (id: string | undefined, options: CommonOptions & { readonly markdown?: boolean }) => {
    const pipeline = async function* (): AsyncGenerator<PipelineEvent, Register> {
      const all: Register = {
        formats: context.formats,
        codecs: context.codecs,
        canaries: JSON.parse(readFileSync(join(context.samples, 'canaries.json'), 'utf8')),
      };
      const chosen = id === undefined ? all : only(all, id);
      for (const format of chosen.formats) {
        const { extensions, grade, mediaType, facts, title, codings = [] } = format;
        const value = { id: format.id, title, extensions, grade, mediaType, pronom: format.pronom ?? [], facts, codings };
        yield { type: 'result', of: 'format', value: { ...value, samples: tested(all, 'format', format.id) } };
      }
      for (const { id: codec, title, decode, facts } of chosen.codecs.values()) {
        const value = { id: codec, title, decodedBy: decode.by, reason: decode.by === 'nobody' ? decode.reason : null, facts };
        yield { type: 'result', of: 'codec', value: { ...value, samples: tested(all, 'codec', codec) } };
      }
      return { ...chosen, canaries: all.canaries };
    };
    const ending = (register: Register): { exitCode: number; facts: Record<string, unknown>; text: string } => ({
      exitCode: exitCodes.well,
      facts: { formats: register.formats.length, codecs: register.codecs.size },
      text: options.markdown === true ? registerMarkdown(register) : id === undefined ? listed(register) : detailed(register),
    });
    done(await runCommand(context, { command: 'formats', options, pipeline, ending }, signal));
  });
};

/** Restricts the register to the format and codec with an id. @throws LongplayError U117 if there is neither */
function only(all: Register, id: string): Register {
  const formats = all.formats.filter((format) => format.id === id);
  const codecs = new Map([...all.codecs].filter(([codec]) => codec === id));
  if (formats.length + codecs.size > 0) return { ...all, formats, codecs };
  const known = [...all.formats.map((format) => format.id), ...all.codecs.keys()];
  throw new LongplayError(
    'usage',
    'U117',
    `there is no format or codec '${id}'`,
    `${didYouMean(id, known)}run \`longplay formats\` for all ${known.length}`,
  );
}

function listed(register: Register): string {
  const { formats, codecs } = register;
  return [
    'Formats (kinds of file; samples that ship with longplay):',
    table(
      formats.map((format) => [format.id, format.grade, String(tested(register, 'format', format.id)), format.extensions.join(' '), format.title]),
      '  ',
    ),
    'Codecs (how coded bytes become samples):',
    table(
      [...codecs.values()].map((codec) => [codec.id, decoderOf(codec), String(tested(register, 'codec', codec.id)), codec.title]),
      '  ',
    ),
    gradesText(),
    'Details: longplay formats ID',
  ].join('\n');
}

function detailed(register: Register): string {
  const parts: string[] = [];
  for (const format of register.formats) {
    const rows: [string, string][] = [
      ['format', format.id],
      ['kind of file', format.title],
      ['extensions', format.extensions.join(' ')],
      ['media type', format.mediaType],
      ['PRONOM', pronomOf(format)],
      ['grade', `${format.grade}: ${gradeMeaning[format.grade]}`],
      ['samples', String(tested(register, 'format', format.id))],
      ...format.facts.map((fact): [string, string] => ['fact', fact]),
    ];
    parts.push(table(rows));
    const codings = (format.codings ?? []).map(({ declared, name, codec, note }) => [declared, name, codec ?? 'no decoder', note]);
    if (codings.length > 0) parts.push('Codings that its header can name:', table(codings, '  '));
  }
  for (const codec of register.codecs.values()) {
    const rows: [string, string][] = [
      ['codec', codec.id],
      ['name', codec.title],
      ['decoded by', codec.decode.by === 'nobody' ? `no decoder: ${codec.decode.reason}` : decoderOf(codec)],
      ['samples', String(tested(register, 'codec', codec.id))],
      ...codec.facts.map((fact): [string, string] => ['fact', fact]),
    ];
    parts.push(table(rows));
  }
  return parts.join('\n');
}
